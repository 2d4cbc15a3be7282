using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cenote.Cli.Tests;

/// <summary>How an npy file holds its array.</summary>
internal readonly record struct NpyForm(bool IsBigEndian = false, bool IsFortran = false, int Version = 1);

/// <summary>npy files by their description, without a line of the command's.</summary>
internal static partial class Npy
{
    public static byte[] Write(NpyArray array, NpyForm form)
    {
        string order = array.Size == 1 ? "|" : form.IsBigEndian ? ">" : "<";
        string header = $"{{'descr': '{order}{array.Code}', 'fortran_order': {form.IsFortran}, 'shape': ({string.Concat(array.Shape.Select(length => $"{length},"))}), }}\n";
        NpyArray stored = form.IsFortran ? array.Permute(Backwards(array)) : array;
        return File(Math.Max(1, form.Version), header, form.IsBigEndian ? Swapped(stored) : stored.Elements);
    }

    /// <summary>A file of any header and data, true or not.</summary>
    public static byte[] File(int version, string header, byte[] data)
    {
        byte[] length = new byte[version == 1 ? 2 : 4];
        if (version == 1) BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        else BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)header.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. Encoding.ASCII.GetBytes(header), .. data];
    }

    public static (NpyArray Array, NpyForm Form) Read(byte[] file)
    {
        Assert.Equal([0x93, .. "NUMPY"u8], file[..6]);
        int version = file[6], start = version == 1 ? 10 : 12;
        int data = start + (version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8)) : (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(8)));
        Match header = Header().Match(Encoding.ASCII.GetString(file[start..data]));
        Assert.True(header.Success, $"no header as numpy writes it: {Encoding.ASCII.GetString(file[start..data])}");
        Assert.True(data % 64 == 0, $"the data begin at byte {data}; numpy begins at a multiple of 64");

        long[] shape = [.. header.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(length => long.Parse(length, CultureInfo.InvariantCulture))];
        var form = new NpyForm(header.Groups["order"].Value == ">", header.Groups["fortran"].Value == "True", version);
        var stored = new NpyArray(header.Groups["code"].Value, form.IsFortran ? [.. shape.Reverse()] : shape, file[data..]);
        Assert.Equal(shape.Aggregate((long)stored.Size, (product, length) => product * length), stored.Elements.Length);
        if (form.IsBigEndian) stored = stored with { Elements = Swapped(stored) };
        return (form.IsFortran ? stored.Permute(Backwards(stored)) : stored, form);
    }

    private static int[] Backwards(NpyArray array) => [.. Enumerable.Range(0, array.Shape.Length).Reverse()];

    private static byte[] Swapped(NpyArray array) => [.. array.Elements.Chunk(array.Size).SelectMany(element => element.Reverse())];

    [GeneratedRegex(@"^\{'descr': '(?<order>[<>|])(?<code>[fiu]\d)', 'fortran_order': (?<fortran>True|False), 'shape': \((?<shape>|\d+,|\d+(, \d+)+)\), \} *\n$")]
    private static partial Regex Header();
}
