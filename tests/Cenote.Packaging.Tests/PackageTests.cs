using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;

namespace Cenote.Packaging.Tests;

/// <summary>What is in the library's package.</summary>
public class PackageTests(Feed feed)
{
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    [Fact]
    public void It_holds_the_library_and_its_documentation()
    {
        using ZipArchive package = ZipFile.OpenRead(feed.Library + ".nupkg");
        string[] names = [.. package.Entries.Select(entry => entry.FullName)];
        Assert.Contains("lib/net10.0/Cenote.dll", names);
        XDocument comments = XDocument.Load(new MemoryStream(Bytes(package, "lib/net10.0/Cenote.xml")));
        Assert.Contains(comments.Descendants("member"), member => member.Attribute("name")!.Value == "T:Cenote.MaxPool2d" && member.Value.Length > 20);
    }

    [Fact]
    public void It_depends_on_the_tensors_only()
    {
        using ZipArchive package = ZipFile.OpenRead(feed.Library + ".nupkg");
        XDocument specification = XDocument.Load(new MemoryStream(Bytes(package, "Cenote.nuspec")));
        string[] ids = [.. specification.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value)];
        Assert.Equal(["System.Numerics.Tensors"], ids);
        Assert.Contains(specification.Descendants(), element => element.Name.LocalName == "license" && element.Value == "MIT");
        Assert.Contains(specification.Descendants(), element => element.Name.LocalName == "readme" && element.Value == "PACKAGE.md");
    }

    [Fact]
    public void The_package_for_ONNX_brings_what_it_needs()
    {
        using ZipArchive package = ZipFile.OpenRead(feed.Onnx + ".nupkg");
        XDocument specification = XDocument.Load(new MemoryStream(Bytes(package, "Cenote.Onnx.nuspec")));
        string[] ids = [.. specification.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value).Order(StringComparer.Ordinal)];
        // The versions that the project pins travel along.
        Assert.Equal(["Cenote", "Google.Protobuf", "OnnxSharp", "System.Numerics.Tensors"], ids);
        XDocument comments = XDocument.Load(new MemoryStream(Bytes(package, "lib/net10.0/Cenote.Onnx.xml")));
        Assert.Contains(comments.Descendants("member"), member => member.Attribute("name")!.Value == "T:Cenote.Onnx.OnnxPool" && member.Value.Length > 20);
    }

    [Fact]
    public void The_package_for_devices_brings_what_it_needs()
    {
        using ZipArchive package = ZipFile.OpenRead(feed.Gpu + ".nupkg");
        XDocument specification = XDocument.Load(new MemoryStream(Bytes(package, "Cenote.Gpu.nuspec")));
        string[] ids = [.. specification.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value).Order(StringComparer.Ordinal)];
        // The version of the tensors that the project pins travels along.
        Assert.Equal(["Cenote", "ILGPU", "System.Numerics.Tensors"], ids);
        Assert.Contains(specification.Descendants(), element => element.Name.LocalName == "license" && element.Value == "MIT");
        XDocument comments = XDocument.Load(new MemoryStream(Bytes(package, "lib/net10.0/Cenote.Gpu.xml")));
        Assert.Contains(comments.Descendants("member"), member => member.Attribute("name")!.Value == "T:Cenote.Gpu.GpuDevice" && member.Value.Length > 20);
        Assert.True(File.Exists(feed.Gpu + ".snupkg"));
    }

    [Theory]
    [InlineData("Cenote")]
    [InlineData("Cenote.Onnx")]
    [InlineData("Cenote.Gpu")]
    [InlineData("cenote")]
    public void Its_first_page_leads_nowhere_that_is_not_packed(string title)
    {
        using ZipArchive package = ZipFile.OpenRead((title switch { "cenote" => feed.Tool, "Cenote" => feed.Library, "Cenote.Gpu" => feed.Gpu, _ => feed.Onnx }) + ".nupkg");
        string page = Encoding.UTF8.GetString(Bytes(package, "PACKAGE.md"));
        Assert.StartsWith($"# {title}\n", page.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\]\((?!https://)|<img|<a ", page);
    }

    [Fact]
    public void The_build_is_deterministic_and_its_symbols_carry_the_sources()
    {
        using ZipArchive package = ZipFile.OpenRead(feed.Library + ".nupkg");
        using var library = new PEReader(new MemoryStream(Bytes(package, "lib/net10.0/Cenote.dll")));
        Assert.Contains(library.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);

        using ZipArchive symbols = ZipFile.OpenRead(feed.Library + ".snupkg");
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(Bytes(symbols, "lib/net10.0/Cenote.pdb")));
        MetadataReader reader = provider.GetMetadataReader();
        string[] paths = [.. reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name))];
        Assert.Contains(paths, path => path.EndsWith("PoolLayer.cs", StringComparison.Ordinal));
        // Where the sources lay on the machine that built them is nobody's business, and would differ on the next machine.
        if (Path.Exists(Path.Combine(Feed.Root, ".git"))) Assert.DoesNotContain(paths, path => path.StartsWith(Feed.Root, StringComparison.Ordinal));
        string[] missing = [.. reader.Documents.Where(handle => !HasSource(reader, handle)).Select(handle => reader.GetString(reader.GetDocument(handle).Name))];
        Assert.Empty(missing);
    }

    private static bool HasSource(MetadataReader reader, DocumentHandle document) =>
        reader.GetCustomDebugInformation(document).Any(handle => reader.GetGuid(reader.GetCustomDebugInformation(handle).Kind) == EmbeddedSource);

    private static byte[] Bytes(ZipArchive archive, string name)
    {
        ZipArchiveEntry? entry = archive.GetEntry(name);
        Assert.True(entry is not null, $"the package has no {name}");
        using Stream stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
