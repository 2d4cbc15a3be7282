namespace Cenote;

/// <summary>The element types that every layer takes.</summary>
internal enum ElementType
{
    Single, Double, Half, BFloat16, SByte, Byte, Int16, UInt16, Int32, UInt32, Int64, UInt64,
}

internal static class ElementTypes
{
    public const int Count = (int)ElementType.UInt64 + 1;

    /// <summary>Those that are no integers, for messages.</summary>
    public const string FloatingPoint = "float16, bfloat16, float32 or float64";

    /// <summary>The entry for <typeparamref name="T"/>; the compiler folds it to a constant.</summary>
    /// <exception cref="NotSupportedException">The type is none of them.</exception>
    public static ElementType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return ElementType.Single;
        if (typeof(T) == typeof(double)) return ElementType.Double;
        if (typeof(T) == typeof(Half)) return ElementType.Half;
        if (typeof(T) == typeof(BFloat16)) return ElementType.BFloat16;
        if (typeof(T) == typeof(sbyte)) return ElementType.SByte;
        if (typeof(T) == typeof(byte)) return ElementType.Byte;
        if (typeof(T) == typeof(short)) return ElementType.Int16;
        if (typeof(T) == typeof(ushort)) return ElementType.UInt16;
        if (typeof(T) == typeof(int)) return ElementType.Int32;
        if (typeof(T) == typeof(uint)) return ElementType.UInt32;
        if (typeof(T) == typeof(long)) return ElementType.Int64;
        if (typeof(T) == typeof(ulong)) return ElementType.UInt64;
        throw new NotSupportedException($"element type {typeof(T)} cannot be pooled; it must be {FloatingPoint}, or an integer of 8 to 64 bits.");
    }

    /// <summary>The entry for a type that gradients may have.</summary>
    /// <exception cref="NotSupportedException">They may not.</exception>
    public static ElementType OfGradient<T>()
        where T : unmanaged
    {
        ElementType type = Of<T>();
        if (type <= ElementType.BFloat16) return type;
        throw new NotSupportedException($"gradients of {Name(type)} are not supported; they must be {FloatingPoint}.");
    }

    /// <summary>What NumPy, PyTorch and ONNX call it; messages do too, for whoever reads them has files rather than .NET's types.</summary>
    public static string Name(ElementType type) => type switch
    {
        ElementType.Single => "float32",
        ElementType.Double => "float64",
        ElementType.Half => "float16",
        ElementType.SByte => "int8",
        ElementType.Byte => "uint8",
        _ => type.ToString().ToLowerInvariant(),
    };

    /// <summary>The bytes of one element.</summary>
    public static int Size(ElementType type) => type switch
    {
        ElementType.SByte or ElementType.Byte => 1,
        ElementType.Half or ElementType.BFloat16 or ElementType.Int16 or ElementType.UInt16 => 2,
        ElementType.Double or ElementType.Int64 or ElementType.UInt64 => 8,
        _ => 4,
    };
}
