using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>
/// Results that go past the caches: lines that are written as a whole need not be read first, and leave the caches to the input. Registers that follow each other in memory are written so wherever they
/// begin, for a line is the end of one and the beginning of the next. Only what is less than a line, at both ends, is written as usual.
/// </summary>
internal static unsafe class ResultStream
{
    /// <summary>
    /// Input and output of which the last-level cache keeps nothing until somebody reads the results. Measured, with such a reader behind the call: from so many bytes on 0.76 to 0.97 of ordinary
    /// stores, at 16 MB no difference, at 8 MB up to 1.22.
    /// </summary>
    private const long FarBytes = 24 << 20;

    /// <summary>The least that is worth a stream, in bytes.</summary>
    private const long LeastBytes = 1 << 10;

    /// <summary>Whether a register is a line: of narrower ones it takes two, and their neighbours are put together in more steps.</summary>
    // Inlined it is a constant: what narrower registers do not need is left out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Exists<TTap>() => Sse.IsSupported && Unsafe.SizeOf<TTap>() == Prefetch.CacheLine;

    /// <summary>Whether results of a plan go past the caches.</summary>
    public static bool Pays(PoolPlan plan, int size) => plan.InputElements + plan.OutputElements >= FarBytes / size;

    /// <summary>Whether so many elements, written on end from there on, are worth it: lines at both ends cost as much as several others.</summary>
    public static bool Suits<T>(T* to, long length)
        where T : unmanaged => length * sizeof(T) >= LeastBytes && (nint)to % sizeof(T) == 0;

    /// <summary>Begins a stream at <paramref name="to"/>, where another one does not go on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn<T, TTap>(TTap before, ref TTap pattern, ref T* first, ref T* next, T* to)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
    {
        if (next == to) return;
        if (next != null) End(before, next);
        first = next = to;
        pattern = Pattern<T, TTap>(to);
    }

    /// <summary>What a line is of a register and the one before it, where the first begins at <paramref name="to"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Pattern<T, TTap>(T* to)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => TTap.Every(1, TTap.Count - (int)(((nint)to & (Prefetch.CacheLine - 1)) / sizeof(T)));

    /// <summary>Writes the next register.</summary>
    /// <param name="before">The one before it.</param>
    /// <param name="results">The register.</param>
    /// <param name="pattern">The stream's <see cref="Pattern"/>.</param>
    /// <param name="first">Where the stream begins.</param>
    /// <param name="to">Where the register belongs.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T, TTap>(ref TTap before, TTap results, TTap pattern, T* first, T* to)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
    {
        if (to == first) TTap.Store(results, to);
        else TTap.StorePast(TTap.Pick(before, results, pattern), (T*)((nint)to & -(nint)Prefetch.CacheLine));
        before = results;
    }

    /// <summary>Writes what is left of the last register, which ends there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void End<T, TTap>(TTap last, T* end)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
    {
        if (((nint)end & (Prefetch.CacheLine - 1)) != 0) TTap.Store(last, end - TTap.Count);
    }

    /// <summary>After a thread's last results: others see all of them.</summary>
    public static void Settle()
    {
        if (Sse.IsSupported) Sse.StoreFence();
    }
}
