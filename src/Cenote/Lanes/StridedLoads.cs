using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>How the taps of neighbouring windows come into one register.</summary>
internal unsafe interface IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>How many neighbouring taps <see cref="LoadPhases"/> gives: the stride, where registers are loaded whole.</summary>
    static abstract int Phases { get; }

    /// <summary>The elements at <paramref name="from"/> and every stride from there.</summary>
    TTap Load(T* from);

    /// <summary>The same for <paramref name="from"/> and its right neighbours, out of the same registers.</summary>
    Phases<TTap> LoadPhases(T* from);
}

/// <summary>Neighbouring taps; those behind the last phase are of no use.</summary>
internal readonly record struct Phases<TTap>(TTap First, TTap Second, TTap Third, TTap Fourth)
    where TTap : unmanaged;

/// <summary>How far such loads go.</summary>
internal static class StridedLoad
{
    /// <summary>The greatest stride for which whole registers are loaded.</summary>
    public const long Dense = 4;

    /// <summary>How many elements are read for the windows of <paramref name="outputs"/> outputs, from the first tap on.</summary>
    public static long Need<TTap, T>(AxisPlan axis, long outputs)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
    {
        // The last register steps back over outputs that the one before has made.
        long last = Math.Max(0, outputs - TTap.Count), stride = axis.LaneStride;
        if (stride > Dense) return (last + TTap.Count - 1) * stride + axis.Span;
        long lastLoad = axis.Dilation == 1 ? (axis.Kernel - 1) / stride * stride : axis.Span - 1;
        return last * stride + lastLoad + stride * TTap.Count;
    }
}

/// <summary>Neighbours.</summary>
internal readonly unsafe struct UnitLoad<T, TTap> : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    public static int Phases => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Load(T* from) => TTap.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Phases<TTap> LoadPhases(T* from) => new(Load(from), default, default, default);
}

/// <summary>Every second element: two loads, one permutation.</summary>
internal readonly unsafe struct SecondLoad<T, TTap>() : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    private readonly TTap _even = TTap.Every(2, 0), _odd = TTap.Every(2, 1);

    public static int Phases => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Load(T* from) => TTap.Pick(TTap.Load(from), TTap.Load(from + TTap.Count), _even);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Phases<TTap> LoadPhases(T* from)
    {
        TTap low = TTap.Load(from), high = TTap.Load(from + TTap.Count);
        return new(TTap.Pick(low, high, _even), TTap.Pick(low, high, _odd), default, default);
    }
}

/// <summary>Every third element: three loads, two permutations.</summary>
internal readonly unsafe struct ThirdLoad<T, TTap> : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    private readonly Pattern _first = new(0), _second = new(1), _third = new(2);

    public ThirdLoad()
    {
    }

    public static int Phases => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Load(T* from) => _first.Pick(TTap.Load(from), TTap.Load(from + TTap.Count), TTap.Load(from + 2 * TTap.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Phases<TTap> LoadPhases(T* from)
    {
        TTap low = TTap.Load(from), middle = TTap.Load(from + TTap.Count), high = TTap.Load(from + 2 * TTap.Count);
        return new(_first.Pick(low, middle, high), _second.Pick(low, middle, high), _third.Pick(low, middle, high), default);
    }

    private readonly struct Pattern
    {
        private readonly TTap _two, _join;

        public Pattern(int first)
        {
            _two = TTap.Every(3, first);
            // The lanes that the first two registers hold stay; the others follow from the third register.
            int held = (2 * TTap.Count - first + 2) / 3;
            T* join = stackalloc T[TTap.Count], rest = stackalloc T[TTap.Count];
            TTap.Store(TTap.Every(1, 0), join);
            TTap.Store(TTap.Every(3, first + 3 * held - TTap.Count), rest);
            for (int i = held; i < TTap.Count; i++) join[i] = rest[i - held];
            _join = TTap.Load(join);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TTap Pick(TTap low, TTap middle, TTap high) => TTap.Pick(TTap.Pick(low, middle, _two), high, _join);
    }
}

/// <summary>Every fourth element: every second one, twice.</summary>
internal readonly unsafe struct FourthLoad<T, TTap>() : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    private readonly TTap _even = TTap.Every(2, 0), _odd = TTap.Every(2, 1);

    public static int Phases => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Load(T* from)
    {
        TTap low = TTap.Pick(TTap.Load(from), TTap.Load(from + TTap.Count), _even);
        return TTap.Pick(low, TTap.Pick(TTap.Load(from + 2 * TTap.Count), TTap.Load(from + 3 * TTap.Count), _even), _even);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Phases<TTap> LoadPhases(T* from)
    {
        TTap first = TTap.Load(from), second = TTap.Load(from + TTap.Count), third = TTap.Load(from + 2 * TTap.Count), fourth = TTap.Load(from + 3 * TTap.Count);
        TTap even = TTap.Pick(first, second, _even), odd = TTap.Pick(first, second, _odd), laterEven = TTap.Pick(third, fourth, _even), laterOdd = TTap.Pick(third, fourth, _odd);
        return new(TTap.Pick(even, laterEven, _even), TTap.Pick(odd, laterOdd, _even), TTap.Pick(even, laterEven, _odd), TTap.Pick(odd, laterOdd, _odd));
    }
}

/// <summary>Elements at any distance, one by one.</summary>
internal readonly unsafe struct GatherLoad<T, TTap>(long stride) : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    public static int Phases => 1;

    public TTap Load(T* from)
    {
        TTap taps = default;
        for (int lane = 0; lane < TTap.Count; lane++) ((T*)&taps)[lane] = from[lane * stride];
        return taps;
    }

    public Phases<TTap> LoadPhases(T* from) => new(Load(from), default, default, default);
}

/// <summary>Fewer neighbours than a register holds.</summary>
internal readonly unsafe struct ShortLoad<T, TTap>(long count, TTap padding) : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    public static int Phases => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Load(T* from) => TTap.LoadPart(from, 0, count, padding);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Phases<TTap> LoadPhases(T* from) => new(Load(from), default, default, default);
}
