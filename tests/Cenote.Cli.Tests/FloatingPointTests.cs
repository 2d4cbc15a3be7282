using System.Numerics;

namespace Cenote.Cli.Tests;

/// <summary>Operators of floating-point numbers, for integers and pictures.</summary>
public sealed class FloatingPointTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("lp --norm 2 -k 2", 3)]
    [InlineData("lp --norm 2 -k 2", 4)]
    [InlineData("global-lp --norm 0.5", 3)]
    [InlineData("gem -k 3 -s 2", 1)]
    [InlineData("global-gem", 4)]
    [InlineData("soft -k 2", 3)]
    [InlineData("stochastic -k 2 --seed 3", 3)]
    [InlineData("stochastic -k 2 --mean", 3)]
    public void A_picture_is_pooled_as_floats_and_becomes_the_nearest_bytes(string command, int channels)
    {
        // Levels that leave a byte in some windows of a norm, and not in others; and black ones.
        Picture picture = Picture.Random(9, 7, channels, seed: channels);
        for (int i = 0; i < picture.Samples.Length; i++) picture.Samples[i] = (byte)(picture.Samples[i] * 3 / 4);
        NpyArray floats = NpyArray.Of("f4", picture.ToArray().Shape, Array.ConvertAll(picture.ToArray().Elements, sample => (float)sample));
        NpyArray pooled = Library.Pool(Layer(command), floats, channelsLast: false);
        Picture expected = Picture.Of(new("u1", pooled.Shape, Array.ConvertAll(pooled.Values<float>(), value => (byte)Math.Min(255, Math.Round(value, MidpointRounding.ToEven)))));

        string verb = command.Split(' ')[0], options = command[verb.Length..];
        _place.Write("a.png", Pictures.Png(picture));
        _place.Run($"{verb} a.png{options} -o b.png").Succeeded();
        Picture made = Pictures.Decode(_place.Read("b.png"));
        Assert.Equal((expected.Width, expected.Height, expected.Channels), (made.Width, made.Height, made.Channels));
        Assert.Equal(expected.Samples, made.Samples);

        // The numbers themselves are to be had as well; and bytes are a picture's, wherever they came from.
        _place.Run($"{verb} a.png{options} -o b.npy").Succeeded();
        Require(pooled, "b.npy");
        _place.Write("a.npy", picture.ToArray());
        _place.Run($"{verb} a.npy{options} -o c.png").Succeeded();
        Assert.Equal(made.Samples, Pictures.Decode(_place.Read("c.png")).Samples);
    }

    [Fact]
    public void Halves_go_to_the_even_byte_and_large_numbers_to_the_largest()
    {
        _place.Write("a.npy", NpyArray.Bytes([1, 8], 0, 1, 1, 4, 1, 2, 200, 200));
        _place.Run("lp a.npy --norm 1 -k 1x2 -o sums.png").Succeeded();
        Assert.Equal((byte[])[1, 5, 3, 255], Pictures.Decode(_place.Read("sums.png")).Samples);
        // Of 3 and 1 draws come to (3 · 3 + 1 · 1) / (3 + 1) = 2½ on average, of 5 and 3 to 4¼, of 6 and 2 to 5.
        _place.Write("b.npy", NpyArray.Bytes([1, 6], 3, 1, 5, 3, 6, 2));
        _place.Run("stochastic b.npy --mean -k 1x2 -o means.png").Succeeded();
        Assert.Equal((byte[])[2, 4, 5], Pictures.Decode(_place.Read("means.png")).Samples);
    }

    [Theory]
    [InlineData("u1", "f4")]
    [InlineData("i2", "f4")]
    [InlineData("i4", "f8")]
    [InlineData("u8", "f8")]
    public void Integers_are_pooled_as_floating_point_numbers(string code, string expected)
    {
        NpyArray x = NpyArray.Random(code, [2, 4, 6], seed: 7);
        NpyArray numbers = code switch
        {
            "u1" => Converted<byte, float>(x, expected),
            "i2" => Converted<short, float>(x, expected),
            "i4" => Converted<int, double>(x, expected),
            _ => Converted<ulong, double>(x, expected),
        };
        NpyArray pooled = Library.Pool(new LpPool2d(2, (2, 3)), numbers, channelsLast: false);
        foreach (NpyForm form in (NpyForm[])[default, new(IsFortran: true), new(IsBigEndian: true)])
        {
            _place.Write("x.npy", x, form);
            _place.Run("lp x.npy --norm 2 -k 2x3 -o y.npy --force").Succeeded();
            Require(pooled, "y.npy");
        }
    }

    [Theory]
    [InlineData("spp a.png --sizes 1,2", "spp a.npy --sizes 1,2")]
    [InlineData("sppf a.png -k 3", "sppf a.npy -k 3")]
    [InlineData("roi-align a.png --rois rois.npy --size 2", "roi-align a.npy --rois rois.npy --size 2")]
    [InlineData("roi-max a.png --rois rois.npy --size 2", "roi-max a.npy --rois rois.npy --size 2")]
    public void A_picture_that_becomes_none_is_pooled_as_its_array(string ofPicture, string ofArray)
    {
        Picture picture = Picture.Random(8, 6, 3, seed: 8);
        _place.Write("a.png", Pictures.Png(picture));
        _place.Write("a.npy", picture.ToArray());
        _place.Write("rois.npy", NpyArray.Floats([2, 4], 0, 0, 4, 5, 2, 1, 7, 5));
        _place.Run(ofPicture).Succeeded();
        string made = $"a.{ofPicture.Split(' ')[0]}.npy";
        byte[] array = _place.Read(made);
        _place.Run($"{ofArray} --force").Succeeded();
        Assert.Equal(_place.Read(made), array);
        Assert.Equal($"cenote: -o is 'b.png'; what {ofPicture.Split(' ')[0]} makes is no picture, it must be a .npy.", _place.Run($"{ofPicture} -o b.png").Refused());
    }

    [Fact]
    public void Floats_are_no_picture_still()
    {
        _place.Write("a.npy", NpyArray.Random("i2", [3, 4, 4], seed: 1));
        Assert.StartsWith("cenote: a.png: an array of 3×2×2 f4 is no picture; ", _place.Run("soft a.npy -k 2 -o a.png").Refused(), StringComparison.Ordinal);
    }

    private static PoolLayer Layer(string command) => command switch
    {
        "lp --norm 2 -k 2" => new LpPool2d(2, 2),
        "global-lp --norm 0.5" => new GlobalLpPool2d(0.5),
        "gem -k 3 -s 2" => new GeMPool2d(3, 3, 2),
        "global-gem" => new GlobalGeMPool2d(3),
        "soft -k 2" => new SoftPool2d(2),
        "stochastic -k 2 --seed 3" => new StochasticPool2d(2) { Seed = 3 },
        _ => new StochasticMeanPool2d(2),
    };

    private static NpyArray Converted<TFrom, TTo>(NpyArray array, string code)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo> => NpyArray.Of(code, array.Shape, Array.ConvertAll(array.Values<TFrom>(), TTo.CreateChecked));

    private void Require(NpyArray expected, string name)
    {
        NpyArray made = _place.ReadArray(name);
        Assert.Equal(expected.Code, made.Code);
        Assert.Equal(expected.Elements, made.Elements);
        Assert.Equal(expected.Shape, made.Shape);
    }
}
