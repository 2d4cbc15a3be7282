using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>How taps at a constant distance come into one register.</summary>
internal unsafe interface IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>How many elements a whole load reads.</summary>
    long Reach { get; }

    TTap Load(T* from);

    /// <summary>The same for elements from <paramref name="first"/> up to <paramref name="end"/> only.</summary>
    TTap LoadPart(T* from, long first, long end, TTap otherwise);
}

/// <summary>Neighbours.</summary>
internal readonly unsafe struct UnitLoad<T, TTap> : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    public long Reach => TTap.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Load(T* from) => TTap.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap LoadPart(T* from, long first, long end, TTap otherwise) => TTap.LoadPart(from, first, end, otherwise);
}

/// <summary>Every second element: two loads, one permutation.</summary>
internal readonly unsafe struct SecondLoad<T, TTap>() : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    private readonly TTap _even = TTap.Every(2, 0);

    public long Reach => 2 * TTap.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Load(T* from) => TTap.Pick(TTap.Load(from), TTap.Load(from + TTap.Count), _even);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap LoadPart(T* from, long first, long end, TTap otherwise)
    {
        int n = TTap.Count;
        return TTap.Pick(TTap.LoadPart(from, first, end, otherwise), TTap.LoadPart(from + n, first - n, end - n, otherwise), _even);
    }
}

/// <summary>Every third element: three loads, two permutations.</summary>
internal readonly unsafe struct ThirdLoad<T, TTap> : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    private readonly TTap _third, _join;

    public ThirdLoad()
    {
        _third = TTap.Every(3, 0);
        // The lanes that the first two registers hold stay; the others follow from the third register.
        T* join = stackalloc T[TTap.Count], every = stackalloc T[TTap.Count];
        TTap.Store(TTap.Every(1, 0), join);
        int held = (2 * TTap.Count + 2) / 3;
        TTap.Store(TTap.Every(3, 3 * held - TTap.Count), every);
        for (int i = held; i < TTap.Count; i++) join[i] = every[i - held];
        _join = TTap.Load(join);
    }

    public long Reach => 3 * TTap.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Load(T* from)
    {
        int n = TTap.Count;
        return TTap.Pick(TTap.Pick(TTap.Load(from), TTap.Load(from + n), _third), TTap.Load(from + 2 * n), _join);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap LoadPart(T* from, long first, long end, TTap otherwise)
    {
        int n = TTap.Count;
        TTap held = TTap.Pick(TTap.LoadPart(from, first, end, otherwise), TTap.LoadPart(from + n, first - n, end - n, otherwise), _third);
        return TTap.Pick(held, TTap.LoadPart(from + 2 * n, first - 2 * n, end - 2 * n, otherwise), _join);
    }
}

/// <summary>Every fourth element: every second one, twice.</summary>
internal readonly unsafe struct FourthLoad<T, TTap>() : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    private readonly SecondLoad<T, TTap> _second = new();
    private readonly TTap _even = TTap.Every(2, 0);

    public long Reach => 4 * TTap.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Load(T* from) => TTap.Pick(_second.Load(from), _second.Load(from + 2 * TTap.Count), _even);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap LoadPart(T* from, long first, long end, TTap otherwise)
    {
        int half = 2 * TTap.Count;
        return TTap.Pick(_second.LoadPart(from, first, end, otherwise), _second.LoadPart(from + half, first - half, end - half, otherwise), _even);
    }
}

/// <summary>Elements at any distance, one by one.</summary>
internal readonly unsafe struct GatherLoad<T, TTap>(long step) : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    public long Reach => (TTap.Count - 1) * step + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Load(T* from) => LoadPart(from, 0, long.MaxValue, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap LoadPart(T* from, long first, long end, TTap otherwise)
    {
        TTap taps = otherwise;
        long i = 0;
        for (int lane = 0; lane < TTap.Count; lane++, i += step)
            if (i >= first && i < end) ((T*)&taps)[lane] = from[i];
        return taps;
    }
}
