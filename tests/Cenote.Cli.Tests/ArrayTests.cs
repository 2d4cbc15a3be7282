namespace Cenote.Cli.Tests;

/// <summary>Arrays from file to file.</summary>
public sealed class ArrayTests : IDisposable
{
    private readonly Workplace _place = new();

    public static TheoryData<string, string> Cases => [.. from @case in ArrayCase.All from layout in (string[])["nchw", "nhwc"] select (@case.Arguments, layout)];

    public void Dispose() => _place.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_output_is_what_the_library_gives_in_the_form_of_the_input(string arguments, string layout)
    {
        ArrayCase @case = ArrayCase.All.Single(@case => @case.Arguments == arguments);
        ArrayInput[] inputs = [.. Inputs(@case, layout == "nhwc")];
        foreach (ArrayInput input in inputs) _place.Write(input.Name, input.Array, input.Form);
        _place.MakeFolder("out");
        _place.Run($"{arguments} --layout {layout} --out-dir out --quiet {string.Join(' ', inputs.Select(input => input.Name))}").Succeeded();

        Assert.Equal(inputs.Length + inputs.Length + 1, _place.Entries.Length);
        foreach (ArrayInput input in inputs)
        {
            var (actual, form) = Npy.Read(_place.Read(input.Pooled(@case)));
            NpyArray expected = Library.Pool(@case.Layer, input.Array, layout == "nhwc");
            Assert.True(expected.Code == actual.Code, $"{input.Name}: {actual.Code} elements");
            Assert.True(expected.Shape.AsSpan().SequenceEqual(actual.Shape), $"{input.Name}: {string.Join('x', actual.Shape)} instead of {string.Join('x', expected.Shape)}");
            Assert.True(expected.Elements.AsSpan().SequenceEqual(actual.Elements), $"{input.Name} ({string.Join('x', input.Array.Shape)}): other elements");
            Assert.True(input.Form.IsFortran == form.IsFortran, $"{input.Name}: fortran_order {form.IsFortran}");
            Assert.True((input.Form.IsBigEndian && actual.Size > 1) == form.IsBigEndian, $"{input.Name}: the byte order changed");
        }
    }

    [Fact]
    public void The_cases_cover_every_form_of_every_element_type()
    {
        var covered = from channelsLast in (bool[])[false, true]
                      from @case in ArrayCase.All
                      from input in Inputs(@case, channelsLast)
                      select (@case.Layer.SpatialRank, channelsLast, input.Array.Code, input.Form);
        Assert.Equal(3 * 2 * 11 * (2 * 2 * 3), covered.Distinct().Count());
    }

    /// <summary>Each case has half of the element types, the next case the other half: a type costs a process the compilation of a layer's kernels.</summary>
    private static IEnumerable<ArrayInput> Inputs(ArrayCase @case, bool channelsLast)
    {
        int first = Array.IndexOf(ArrayCase.All, @case) + (channelsLast ? 1 : 0);
        return @case.Inputs(channelsLast).Where(input => (Array.IndexOf(NpyArray.Codes, input.Array.Code) + first) % 2 == 0);
    }

    [Fact]
    public void Without_layout_the_channels_come_first()
    {
        _place.Write("a.npy", NpyArray.Bytes([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8));
        _place.Run("max a.npy -k 2").Succeeded();
        NpyArray pooled = _place.ReadArray("a.max.npy");
        Assert.Equal((long[])[2, 1, 1], pooled.Shape);
        Assert.Equal((byte[])[4, 8], pooled.Elements);
    }

    [Fact]
    public void An_empty_batch_stays_empty()
    {
        _place.Write("a.npy", NpyArray.Floats([0, 3, 4, 6]));
        _place.Run("avg a.npy -k 2").Succeeded();
        Assert.Equal((long[])[0, 3, 2, 3], _place.ReadArray("a.avg.npy").Shape);
    }

    [Theory]
    [InlineData("{'descr':'<i2','fortran_order':False,'shape':(1,2)}")]
    [InlineData("{\"shape\": (1, 2), \"fortran_order\": False, \"descr\": \"<i2\"}\n")]
    [InlineData("  { 'descr' : '=i2' , 'fortran_order' : False , 'shape' : ( 1L , 2L , ) , }   \n")]
    [InlineData("{'descr': 'i2', 'fortran_order': True, 'shape': (1, 2), }")]
    public void Headers_of_other_writers_are_read(string header)
    {
        _place.Write("a.npy", Npy.File(1, header, [0xFF, 0xFF, 0x00, 0x01]));
        _place.Run("max a.npy -k 1x2").Succeeded();
        NpyArray pooled = _place.ReadArray("a.max.npy");
        Assert.Equal(("i2", (short)256), (pooled.Code, Assert.Single(pooled.Values<short>())));
    }

    [Fact]
    public void What_follows_the_array_is_left_alone()
    {
        _place.Write("a.npy", [.. Npy.Write(NpyArray.Bytes([1, 2], 3, 4), default), 200, 201]);
        _place.Run("max a.npy -k 1x2").Succeeded();
        Assert.Equal((byte[])[4], _place.ReadArray("a.max.npy").Elements);
    }
}
