namespace Cenote.Gpu;

/// <summary>Two neighbours, moved in one access.</summary>
internal struct Twin<T>
    where T : unmanaged
{
    public T A, B;
}

/// <summary>Four neighbours, moved in one access.</summary>
internal struct Quad<T>
    where T : unmanaged
{
    public T A, B, C, D;
}

/// <summary>A reducer on two channels side by side.</summary>
internal readonly struct TwinReducer<T, TState, TReducer>(TReducer reducer) : IPoolReducer<Twin<T>, Twin<TState>>
    where T : unmanaged
    where TState : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
{
    public Twin<TState> Identity => new() { A = reducer.Identity, B = reducer.Identity };

    public Twin<TState> Lift(Twin<T> tap) => new() { A = reducer.Lift(tap.A), B = reducer.Lift(tap.B) };

    public Twin<TState> Combine(Twin<TState> earlier, Twin<TState> later) => new() { A = reducer.Combine(earlier.A, later.A), B = reducer.Combine(earlier.B, later.B) };

    public Twin<T> Finish(Twin<TState> state, long count, long divisor) => new() { A = reducer.Finish(state.A, count, divisor), B = reducer.Finish(state.B, count, divisor) };
}

/// <summary>A reducer on four channels side by side.</summary>
internal readonly struct QuadReducer<T, TState, TReducer>(TReducer reducer) : IPoolReducer<Quad<T>, Quad<TState>>
    where T : unmanaged
    where TState : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
{
    public Quad<TState> Identity => new() { A = reducer.Identity, B = reducer.Identity, C = reducer.Identity, D = reducer.Identity };

    public Quad<TState> Lift(Quad<T> tap) => new() { A = reducer.Lift(tap.A), B = reducer.Lift(tap.B), C = reducer.Lift(tap.C), D = reducer.Lift(tap.D) };

    public Quad<TState> Combine(Quad<TState> earlier, Quad<TState> later) => new()
    {
        A = reducer.Combine(earlier.A, later.A),
        B = reducer.Combine(earlier.B, later.B),
        C = reducer.Combine(earlier.C, later.C),
        D = reducer.Combine(earlier.D, later.D),
    };

    public Quad<T> Finish(Quad<TState> state, long count, long divisor) => new()
    {
        A = reducer.Finish(state.A, count, divisor),
        B = reducer.Finish(state.B, count, divisor),
        C = reducer.Finish(state.C, count, divisor),
        D = reducer.Finish(state.D, count, divisor),
    };
}

/// <summary>A reducer on the two 16-bit words of a 32-bit one.</summary>
internal readonly struct WordsReducer<TState, TReducer>(TReducer reducer) : IPoolReducer<uint, Twin<TState>>
    where TState : unmanaged
    where TReducer : unmanaged, IPoolReducer<ushort, TState>
{
    public Twin<TState> Identity => new() { A = reducer.Identity, B = reducer.Identity };

    public Twin<TState> Lift(uint tap) => new() { A = reducer.Lift((ushort)tap), B = reducer.Lift((ushort)(tap >> 16)) };

    public Twin<TState> Combine(Twin<TState> earlier, Twin<TState> later) => new() { A = reducer.Combine(earlier.A, later.A), B = reducer.Combine(earlier.B, later.B) };

    public uint Finish(Twin<TState> state, long count, long divisor) => reducer.Finish(state.A, count, divisor) | ((uint)reducer.Finish(state.B, count, divisor) << 16);
}

/// <summary>A reducer on the four bytes of a 32-bit word.</summary>
internal readonly struct BytesReducer<TState, TReducer>(TReducer reducer) : IPoolReducer<uint, Quad<TState>>
    where TState : unmanaged
    where TReducer : unmanaged, IPoolReducer<byte, TState>
{
    public Quad<TState> Identity => new() { A = reducer.Identity, B = reducer.Identity, C = reducer.Identity, D = reducer.Identity };

    public Quad<TState> Lift(uint tap) => new() { A = reducer.Lift((byte)tap), B = reducer.Lift((byte)(tap >> 8)), C = reducer.Lift((byte)(tap >> 16)), D = reducer.Lift((byte)(tap >> 24)) };

    public Quad<TState> Combine(Quad<TState> earlier, Quad<TState> later) => new()
    {
        A = reducer.Combine(earlier.A, later.A),
        B = reducer.Combine(earlier.B, later.B),
        C = reducer.Combine(earlier.C, later.C),
        D = reducer.Combine(earlier.D, later.D),
    };

    public uint Finish(Quad<TState> state, long count, long divisor) => reducer.Finish(state.A, count, divisor)
        | ((uint)reducer.Finish(state.B, count, divisor) << 8)
        | ((uint)reducer.Finish(state.C, count, divisor) << 16)
        | ((uint)reducer.Finish(state.D, count, divisor) << 24);
}
