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
    public void A_name_as_long_as_the_system_allows_is_written()
    {
        string name = new string('n', 251) + ".npy";
        _place.Write("a.npy", Grid);
        _place.Run($"max a.npy -k 2 -o {name}").Succeeded();
        Assert.Equal((byte[])[4], _place.ReadArray(name).Elements);
    }
}
