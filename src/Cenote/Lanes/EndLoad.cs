using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Neighbours up to an end; padding behind it.</summary>
internal readonly unsafe struct EndLoad<T, TTap>(T* end, TTap padding) : ITapLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Load(T* from) => TTap.LoadPart(from, end - from, padding);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(TTap results, T* to) => TTap.StorePart(results, to, end - to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Walk<TSink>(ref TSink sink, T* row, long taps, long step)
        where TSink : struct, ITapSink<TTap>
    {
        for (long k = 0; k < taps; k++) sink.Take(Load(row + k * step));
    }
}
