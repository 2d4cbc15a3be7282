using System.Runtime.Versioning;

namespace Cenote.Cli.Tests;

/// <summary>Where outputs go, and what stands there already.</summary>
public sealed class OutputNameTests : IDisposable
{
    private static readonly NpyArray Grid = NpyArray.Bytes([2, 2], 1, 2, 3, 4);

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("photo.png", "photo.max.png")]
    [InlineData("photo.jpg", "photo.max.png")]
    [InlineData("photo.v2.webp", "photo.v2.max.png")]
    [InlineData("@photo.png", "@photo.max.png")]
    [InlineData("sub/photo.jpeg", "sub/photo.max.png")]
    public void A_picture_becomes_a_png_beside_it(string input, string output)
    {
        _place.MakeFolder("sub");
        _place.Write(input, Pictures.Encoded(new(2, 2, 3, new byte[12]), Path.GetExtension(input)));
        _place.Run($"max {input} -k 2").Succeeded();
        Assert.Equal((1, 1), Pictures.Size(_place.Read(output)));
        Assert.True(Pictures.IsPng(_place.Read(output)));
        Assert.Equal(3, _place.Entries.Length);
    }

    [Fact]
    public void An_array_becomes_an_npy_beside_it()
    {
        _place.MakeFolder("sub");
        _place.Write("sub/a.b.npy", Grid);
        _place.Run("global-max sub/a.b.npy").Succeeded();
        Assert.Equal((byte[])[4], _place.ReadArray("sub/a.b.global-max.npy").Elements);
    }

    [Fact]
    public void An_existing_file_is_overwritten_only_by_force()
    {
        _place.Write("a.npy", Grid);
        _place.Write("a.max.npy", [1, 2, 3]);
        Assert.Equal("cenote: a.npy: 'a.max.npy' exists; --force overwrites it.", _place.Run("max a.npy -k 2").Refused());
        Assert.Equal((byte[])[1, 2, 3], _place.Read("a.max.npy"));

        _place.Run("max a.npy -k 2 --force").Succeeded();
        Assert.Equal((byte[])[4], _place.ReadArray("a.max.npy").Elements);
        Assert.Equal(["a.max.npy", "a.npy"], _place.Entries);
    }

    [Fact]
    public void An_input_can_be_its_own_output_by_force()
    {
        _place.Write("a.npy", Grid);
        _place.Run("max a.npy -k 2 -o a.npy --force").Succeeded();
        Assert.Equal((byte[])[4], _place.ReadArray("a.npy").Elements);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_link_is_written_through_and_the_mode_stays()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links and modes are of Unix");
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _place.MakeFolder("sub");
        _place.Write("a.npy", Grid);
        _place.Write("sub/real.npy", [1, 2, 3]);
        File.SetUnixFileMode(_place.PathOf("sub/real.npy"), Private);
        File.CreateSymbolicLink(_place.PathOf("sub/link.npy"), "real.npy");
        File.CreateSymbolicLink(_place.PathOf("link.npy"), "sub/link.npy");
        _place.Run("max a.npy -k 2 -o link.npy --force").Succeeded();
        Assert.Equal(("sub/link.npy", "real.npy"), (new FileInfo(_place.PathOf("link.npy")).LinkTarget, new FileInfo(_place.PathOf("sub/link.npy")).LinkTarget));
        Assert.Equal((byte[])[4], _place.ReadArray("sub/real.npy").Elements);
        Assert.Equal(Private, File.GetUnixFileMode(_place.PathOf("sub/real.npy")));
        Assert.Equal(5, _place.Entries.Length);
    }

    [Fact]
    public void A_link_that_leads_nowhere_or_round_and_round()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links are of Unix");
        _place.Write("a.npy", Grid);
        File.CreateSymbolicLink(_place.PathOf("new.npy"), "real.npy");
        _place.Run("max a.npy -k 2 -o new.npy --force").Succeeded();
        Assert.Equal((byte[])[4], _place.ReadArray("real.npy").Elements);

        File.CreateSymbolicLink(_place.PathOf("round.npy"), "round.npy");
        Assert.StartsWith("cenote: round.npy cannot be written: ", _place.Run("max a.npy -k 2 -o round.npy --force").Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_stays_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no pipes in its folders");
        _place.Write("a.npy", Grid);
        _place.Shell("mkfifo pipe.npy; cat pipe.npy > copy.npy & cenote max a.npy -k 2 -o pipe.npy --force && wait && test -p pipe.npy").Succeeded();
        Assert.Equal((byte[])[4], _place.ReadArray("copy.npy").Elements);
    }

    [Fact]
    public void A_name_as_long_as_the_system_allows_is_written()
    {
        string name = new string('n', 251) + ".npy";
        _place.Write("a.npy", Grid);
        _place.Run($"max a.npy -k 2 -o {name}").Succeeded();
        Assert.Equal((byte[])[4], _place.ReadArray(name).Elements);
    }
}
