namespace Cenote.Gpu;

/// <summary>Numbers side by side in a thread's registers, one for each of neighbouring outputs, and how they move against each other.</summary>
internal interface ILanes<TLane, TLanes>
    where TLane : unmanaged
    where TLanes : unmanaged
{
    /// <summary>There are 2^Bits of them.</summary>
    static abstract int Bits { get; }

    static abstract TLane First(TLanes lanes);

    static abstract TLane Last(TLanes lanes);

    /// <summary>All a lane to the left, with another at the right end.</summary>
    static abstract TLanes Left(TLanes lanes, TLane last);

    /// <summary>All a lane to the right, with another at the left end.</summary>
    static abstract TLanes Right(TLanes lanes, TLane first);

    /// <summary>Every second one of two, from the first on.</summary>
    static abstract TLanes Evens(TLanes left, TLanes right);

    /// <summary>Every second one of two, from the second on.</summary>
    static abstract TLanes Odds(TLanes left, TLanes right);

    /// <summary>One number in so many lanes, another in those outside; the lanes need not all exist.</summary>
    static abstract TLanes Spread(TLane inside, TLane outside, int first, int count);

    /// <summary>Each lane made anew; the first one has this number.</summary>
    static abstract TLanes Each<TMap>(TLanes lanes, TMap map, int lane)
        where TMap : struct, ILaneMap<TLane>;
}

/// <summary>What is done with each lane; its number is known when the kernel is compiled.</summary>
internal interface ILaneMap<TLane>
    where TLane : unmanaged
{
    TLane At(TLane value, int lane);
}

/// <summary>A single lane.</summary>
internal readonly struct OneLane<TLane> : ILanes<TLane, TLane>
    where TLane : unmanaged
{
    public static int Bits => 0;

    public static TLane First(TLane lanes) => lanes;

    public static TLane Last(TLane lanes) => lanes;

    public static TLane Left(TLane lanes, TLane last) => last;

    public static TLane Right(TLane lanes, TLane first) => first;

    public static TLane Evens(TLane left, TLane right) => left;

    public static TLane Odds(TLane left, TLane right) => right;

    public static TLane Spread(TLane inside, TLane outside, int first, int count) => (uint)-first < (uint)count ? inside : outside;

    public static TLane Each<TMap>(TLane lanes, TMap map, int lane)
        where TMap : struct, ILaneMap<TLane> => map.At(lanes, lane);
}

/// <summary>Twice as many lanes as the halves have.</summary>
internal readonly struct TwinLanes<TLane, THalf, THalfLanes> : ILanes<TLane, Twin<THalf>>
    where TLane : unmanaged
    where THalf : unmanaged
    where THalfLanes : unmanaged, ILanes<TLane, THalf>
{
    public static int Bits => THalfLanes.Bits + 1;

    public static TLane First(Twin<THalf> lanes) => THalfLanes.First(lanes.A);

    public static TLane Last(Twin<THalf> lanes) => THalfLanes.Last(lanes.B);

    public static Twin<THalf> Left(Twin<THalf> lanes, TLane last) => new() { A = THalfLanes.Left(lanes.A, THalfLanes.First(lanes.B)), B = THalfLanes.Left(lanes.B, last) };

    public static Twin<THalf> Right(Twin<THalf> lanes, TLane first) => new() { A = THalfLanes.Right(lanes.A, first), B = THalfLanes.Right(lanes.B, THalfLanes.Last(lanes.A)) };

    public static Twin<THalf> Evens(Twin<THalf> left, Twin<THalf> right) => new() { A = THalfLanes.Evens(left.A, left.B), B = THalfLanes.Evens(right.A, right.B) };

    public static Twin<THalf> Odds(Twin<THalf> left, Twin<THalf> right) => new() { A = THalfLanes.Odds(left.A, left.B), B = THalfLanes.Odds(right.A, right.B) };

    public static Twin<THalf> Spread(TLane inside, TLane outside, int first, int count) => new() { A = THalfLanes.Spread(inside, outside, first, count), B = THalfLanes.Spread(inside, outside, first - (1 << THalfLanes.Bits), count) };

    public static Twin<THalf> Each<TMap>(Twin<THalf> lanes, TMap map, int lane)
        where TMap : struct, ILaneMap<TLane> => new() { A = THalfLanes.Each(lanes.A, map, lane), B = THalfLanes.Each(lanes.B, map, lane + (1 << THalfLanes.Bits)) };
}

/// <summary>Four times as many lanes as the quarters have.</summary>
internal readonly struct QuadLanes<TLane, TQuarter, TQuarterLanes> : ILanes<TLane, Quad<TQuarter>>
    where TLane : unmanaged
    where TQuarter : unmanaged
    where TQuarterLanes : unmanaged, ILanes<TLane, TQuarter>
{
    public static int Bits => TQuarterLanes.Bits + 2;

    public static TLane First(Quad<TQuarter> lanes) => TQuarterLanes.First(lanes.A);

    public static TLane Last(Quad<TQuarter> lanes) => TQuarterLanes.Last(lanes.D);

    public static Quad<TQuarter> Left(Quad<TQuarter> lanes, TLane last) => new()
    {
        A = TQuarterLanes.Left(lanes.A, TQuarterLanes.First(lanes.B)),
        B = TQuarterLanes.Left(lanes.B, TQuarterLanes.First(lanes.C)),
        C = TQuarterLanes.Left(lanes.C, TQuarterLanes.First(lanes.D)),
        D = TQuarterLanes.Left(lanes.D, last),
    };

    public static Quad<TQuarter> Right(Quad<TQuarter> lanes, TLane first) => new()
    {
        A = TQuarterLanes.Right(lanes.A, first),
        B = TQuarterLanes.Right(lanes.B, TQuarterLanes.Last(lanes.A)),
        C = TQuarterLanes.Right(lanes.C, TQuarterLanes.Last(lanes.B)),
        D = TQuarterLanes.Right(lanes.D, TQuarterLanes.Last(lanes.C)),
    };

    public static Quad<TQuarter> Evens(Quad<TQuarter> left, Quad<TQuarter> right) => new()
    {
        A = TQuarterLanes.Evens(left.A, left.B),
        B = TQuarterLanes.Evens(left.C, left.D),
        C = TQuarterLanes.Evens(right.A, right.B),
        D = TQuarterLanes.Evens(right.C, right.D),
    };

    public static Quad<TQuarter> Odds(Quad<TQuarter> left, Quad<TQuarter> right) => new()
    {
        A = TQuarterLanes.Odds(left.A, left.B),
        B = TQuarterLanes.Odds(left.C, left.D),
        C = TQuarterLanes.Odds(right.A, right.B),
        D = TQuarterLanes.Odds(right.C, right.D),
    };

    public static Quad<TQuarter> Spread(TLane inside, TLane outside, int first, int count) => new()
    {
        A = TQuarterLanes.Spread(inside, outside, first, count),
        B = TQuarterLanes.Spread(inside, outside, first - (1 << TQuarterLanes.Bits), count),
        C = TQuarterLanes.Spread(inside, outside, first - (2 << TQuarterLanes.Bits), count),
        D = TQuarterLanes.Spread(inside, outside, first - (3 << TQuarterLanes.Bits), count),
    };

    public static Quad<TQuarter> Each<TMap>(Quad<TQuarter> lanes, TMap map, int lane)
        where TMap : struct, ILaneMap<TLane> => new()
        {
            A = TQuarterLanes.Each(lanes.A, map, lane),
            B = TQuarterLanes.Each(lanes.B, map, lane + (1 << TQuarterLanes.Bits)),
            C = TQuarterLanes.Each(lanes.C, map, lane + (2 << TQuarterLanes.Bits)),
            D = TQuarterLanes.Each(lanes.D, map, lane + (3 << TQuarterLanes.Bits)),
        };
}
