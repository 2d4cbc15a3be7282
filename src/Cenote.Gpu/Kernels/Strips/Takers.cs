namespace Cenote.Gpu;

/// <summary>Chosen taps side by side with their numbers.</summary>
internal struct NumberedStates<TStates, TNumbers>
    where TStates : unmanaged
    where TNumbers : unmanaged
{
    public TStates Values;
    public TNumbers Numbers;
}

/// <summary>How lanes choose taps, and keep their numbers.</summary>
internal interface ITaker<TStates, TNumbers>
    where TStates : unmanaged
    where TNumbers : unmanaged
{
    /// <summary>There are 2^Bits lanes, at most eight.</summary>
    static abstract int Bits { get; }

    /// <summary>One number in every lane.</summary>
    static abstract TNumbers All(int number);

    /// <summary>Numbers that are so much greater.</summary>
    static abstract TNumbers Plus(TNumbers numbers, int more);

    /// <summary>The later taps where they are better or NaN, else the earlier ones.</summary>
    static abstract NumberedStates<TStates, TNumbers> Take(NumberedStates<TStates, TNumbers> earlier, NumberedStates<TStates, TNumbers> later);

    /// <summary>The numbers; where a lane holds nothing but the worst value, that of its first tap: of equal taps the first is chosen, and padding, which has that value too, is none.</summary>
    /// <param name="chosen">What was chosen.</param>
    /// <param name="worst">The worst value.</param>
    /// <param name="number">The number of a window's first tap, but for the columns before it.</param>
    /// <param name="columns">How far the first lane's window begins before the input; below 0 where it does not.</param>
    /// <param name="step">How much less the next lane's does.</param>
    /// <param name="dilation">The distance between taps.</param>
    static abstract TNumbers Settle(NumberedStates<TStates, TNumbers> chosen, TStates worst, int number, int columns, int step, int dilation);

    /// <summary>The numbers as bytes, the first lane's the lowest.</summary>
    static abstract ulong Bytes(TNumbers numbers);
}

/// <summary>A single lane.</summary>
internal readonly struct OneTaker<TState, TOrder> : ITaker<TState, int>
    where TState : unmanaged, System.Numerics.IComparisonOperators<TState, TState, bool>
    where TOrder : unmanaged, IOrder
{
    public static int Bits => 0;

    public static int All(int number) => number;

    public static int Plus(int numbers, int more) => numbers + more;

    public static NumberedStates<TState, int> Take(NumberedStates<TState, int> earlier, NumberedStates<TState, int> later)
    {
        // No short cut, as in ExtremeReducer.
#pragma warning disable CS1718 // a comparison with itself is the test for NaN
        bool takes = TOrder.IsBetter(later.Values, earlier.Values) | later.Values != later.Values;
#pragma warning restore CS1718
        return new() { Values = takes ? later.Values : earlier.Values, Numbers = takes ? later.Numbers : earlier.Numbers };
    }

    public static int Settle(NumberedStates<TState, int> chosen, TState worst, int number, int columns, int step, int dilation) =>
        chosen.Values == worst ? number + (columns > 0 ? (columns + dilation - 1) / dilation : 0) : chosen.Numbers;

    public static ulong Bytes(int numbers) => (byte)numbers;
}

/// <summary>Twice as many lanes as the halves have.</summary>
internal readonly struct TwinTaker<TState, TNumber, TTaker> : ITaker<Twin<TState>, Twin<TNumber>>
    where TState : unmanaged
    where TNumber : unmanaged
    where TTaker : unmanaged, ITaker<TState, TNumber>
{
    public static int Bits => TTaker.Bits + 1;

    public static Twin<TNumber> All(int number) => new() { A = TTaker.All(number), B = TTaker.All(number) };

    public static Twin<TNumber> Plus(Twin<TNumber> numbers, int more) => new() { A = TTaker.Plus(numbers.A, more), B = TTaker.Plus(numbers.B, more) };

    public static NumberedStates<Twin<TState>, Twin<TNumber>> Take(NumberedStates<Twin<TState>, Twin<TNumber>> earlier, NumberedStates<Twin<TState>, Twin<TNumber>> later)
    {
        NumberedStates<TState, TNumber> a = TTaker.Take(A(earlier), A(later)), b = TTaker.Take(B(earlier), B(later));
        return new() { Values = new() { A = a.Values, B = b.Values }, Numbers = new() { A = a.Numbers, B = b.Numbers } };
    }

    public static Twin<TNumber> Settle(NumberedStates<Twin<TState>, Twin<TNumber>> chosen, Twin<TState> worst, int number, int columns, int step, int dilation) => new()
    {
        A = TTaker.Settle(A(chosen), worst.A, number, columns, step, dilation),
        B = TTaker.Settle(B(chosen), worst.B, number, columns - (step << TTaker.Bits), step, dilation),
    };

    public static ulong Bytes(Twin<TNumber> numbers) => TTaker.Bytes(numbers.A) | (TTaker.Bytes(numbers.B) << (8 << TTaker.Bits));

    private static NumberedStates<TState, TNumber> A(NumberedStates<Twin<TState>, Twin<TNumber>> lanes) => new() { Values = lanes.Values.A, Numbers = lanes.Numbers.A };

    private static NumberedStates<TState, TNumber> B(NumberedStates<Twin<TState>, Twin<TNumber>> lanes) => new() { Values = lanes.Values.B, Numbers = lanes.Numbers.B };
}

/// <summary>Four times as many lanes as the quarters have.</summary>
internal readonly struct QuadTaker<TState, TNumber, TTaker> : ITaker<Quad<TState>, Quad<TNumber>>
    where TState : unmanaged
    where TNumber : unmanaged
    where TTaker : unmanaged, ITaker<TState, TNumber>
{
    public static int Bits => TTaker.Bits + 2;

    public static Quad<TNumber> All(int number) => new() { A = TTaker.All(number), B = TTaker.All(number), C = TTaker.All(number), D = TTaker.All(number) };

    public static Quad<TNumber> Plus(Quad<TNumber> numbers, int more) => new() { A = TTaker.Plus(numbers.A, more), B = TTaker.Plus(numbers.B, more), C = TTaker.Plus(numbers.C, more), D = TTaker.Plus(numbers.D, more) };

    public static NumberedStates<Quad<TState>, Quad<TNumber>> Take(NumberedStates<Quad<TState>, Quad<TNumber>> earlier, NumberedStates<Quad<TState>, Quad<TNumber>> later)
    {
        NumberedStates<TState, TNumber> a = TTaker.Take(A(earlier), A(later)), b = TTaker.Take(B(earlier), B(later)), c = TTaker.Take(C(earlier), C(later)), d = TTaker.Take(D(earlier), D(later));
        return new() { Values = new() { A = a.Values, B = b.Values, C = c.Values, D = d.Values }, Numbers = new() { A = a.Numbers, B = b.Numbers, C = c.Numbers, D = d.Numbers } };
    }

    public static Quad<TNumber> Settle(NumberedStates<Quad<TState>, Quad<TNumber>> chosen, Quad<TState> worst, int number, int columns, int step, int dilation) => new()
    {
        A = TTaker.Settle(A(chosen), worst.A, number, columns, step, dilation),
        B = TTaker.Settle(B(chosen), worst.B, number, columns - (step << TTaker.Bits), step, dilation),
        C = TTaker.Settle(C(chosen), worst.C, number, columns - (2 * step << TTaker.Bits), step, dilation),
        D = TTaker.Settle(D(chosen), worst.D, number, columns - (3 * step << TTaker.Bits), step, dilation),
    };

    public static ulong Bytes(Quad<TNumber> numbers) =>
        TTaker.Bytes(numbers.A) | (TTaker.Bytes(numbers.B) << (8 << TTaker.Bits)) | (TTaker.Bytes(numbers.C) << (16 << TTaker.Bits)) | (TTaker.Bytes(numbers.D) << (24 << TTaker.Bits));

    private static NumberedStates<TState, TNumber> A(NumberedStates<Quad<TState>, Quad<TNumber>> lanes) => new() { Values = lanes.Values.A, Numbers = lanes.Numbers.A };

    private static NumberedStates<TState, TNumber> B(NumberedStates<Quad<TState>, Quad<TNumber>> lanes) => new() { Values = lanes.Values.B, Numbers = lanes.Numbers.B };

    private static NumberedStates<TState, TNumber> C(NumberedStates<Quad<TState>, Quad<TNumber>> lanes) => new() { Values = lanes.Values.C, Numbers = lanes.Numbers.C };

    private static NumberedStates<TState, TNumber> D(NumberedStates<Quad<TState>, Quad<TNumber>> lanes) => new() { Values = lanes.Values.D, Numbers = lanes.Numbers.D };
}
