using ILGPU;

namespace Cenote.Gpu;

/// <summary>Planes of values and the planes that they are unpooled into, whose elements are walked in the order of memory.</summary>
internal struct FlatWalk
{
    /// <summary>Channels side by side (1 where planes lie behind each other), and positions of the planes that are walked.</summary>
    public Divider Channels, Positions;

    /// <summary>The elements of this launch.</summary>
    public int Items;

    /// <summary>This launch's first plane, or image.</summary>
    public long FirstOuter;

    /// <summary>The positions of a plane of values, and of an unpooled one.</summary>
    public long Values, Plane;

    /// <summary>Where an element lies, which position of its plane it is, and the first element of its channel in planes of so many positions.</summary>
    public readonly FlatPlace At(int item)
    {
        int rest = Channels.Divide(item, out int c), outer = Positions.Divide(rest, out int position);
        return new() { At = FirstOuter * Positions.Divisor * Channels.Divisor + item, Position = position, Outer = FirstOuter + outer, Channel = c };
    }

    /// <summary>An element of another plane of the same image and channel.</summary>
    public readonly long In(FlatPlace place, long positions, long position) => (place.Outer * positions + position) * Channels.Divisor + place.Channel;
}

/// <summary>An element of a <see cref="FlatWalk"/>.</summary>
internal struct FlatPlace
{
    public long At, Outer;
    public int Position, Channel;
}

/// <summary>Looks for indices outside the plane, before anything is written: of each launch the first is noted.</summary>
internal static class FlatCheckKernel
{
    public static void Run(ArrayView<long> flat, FlatWalk walk, ArrayView<int> fault)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        long index = flat[walk.At(item).At];
        if (index < TapDecoder.None || index >= walk.Plane) Atomic.Max(ref fault[0], walk.Items - item);
    }
}

/// <summary>Notes for each position the last value that belongs there, by its number from 1: the greatest of whole numbers, whatever the order of threads.</summary>
internal static class FlatOwnerKernel
{
    // Bounds: indices have been checked.
    public static void Run(ArrayView<long> flat, ArrayView<int> owners, FlatWalk walk)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        FlatPlace place = walk.At(item);
        long index = flat[place.At];
        if (index >= 0) Atomic.Max(ref owners[walk.In(place, walk.Plane, index)], place.Position + 1);
    }
}

/// <summary>Unpooling: each position takes its owner's value.</summary>
internal static class FlatUnpoolKernel<T>
    where T : unmanaged
{
    public static void Run(ArrayView<T> values, ArrayView<T> result, ArrayView<int> owners, FlatWalk walk, T zero)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        FlatPlace place = walk.At(item);
        int owner = owners[place.At];
        T value = zero;
        if (owner > 0) value = values[walk.In(place, walk.Values, owner - 1)];
        result[place.At] = value;
    }
}

/// <summary>The gradient of unpooling: each value that stayed takes its place's.</summary>
internal static class FlatTakeKernel<T>
    where T : unmanaged
{
    // Bounds: indices have been checked.
    public static void Run(ArrayView<T> gradient, ArrayView<T> result, ArrayView<long> flat, ArrayView<int> owners, FlatWalk walk, T zero)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        FlatPlace place = walk.At(item);
        long index = flat[place.At];
        T value = zero;
        if (index >= 0)
        {
            long at = walk.In(place, walk.Plane, index);
            if (owners[at] == place.Position + 1) value = gradient[at];
        }

        result[place.At] = value;
    }
}
