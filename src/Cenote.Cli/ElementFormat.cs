namespace Cenote.Cli;

/// <summary>An element type as npy names it.</summary>
/// <param name="Code">Kind and size: <c>f4</c>.</param>
/// <param name="Size">Bytes per element.</param>
internal readonly record struct ElementFormat(string Code, int Size)
{
    public static readonly ElementFormat Byte = new("u1", 1);

    public static readonly ElementFormat Float32 = new("f4", 4);

    public static readonly ElementFormat Float64 = new("f8", 8);

    public static readonly ElementFormat Int64 = new("i8", 8);

    private static readonly string[] Codes = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"];

    public bool IsInteger => Code[0] != 'f';

    public static ElementFormat? Find(string code) => Codes.Contains(code) ? new(code, code[1] - '0') : null;
}
