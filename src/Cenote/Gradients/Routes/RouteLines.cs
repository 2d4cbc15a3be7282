using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cenote;

/// <summary>
/// Some rows of windows that slide by one, of a plane or of channels side by side, as one line. Windows of a row that chose in the same column chose the same place of it, its greatest:
/// so what a column gets from the row is added, in order, to the sum in that place, and as many taps are compared as a window has rows and columns. Where they chose otherwise they are added one by one.
/// </summary>
// Bounds: what lies up to Around before the first and behind the last window is read with them, and has chosen nothing; behind sums there is room for a step, in which they stay what they are.
internal readonly unsafe struct RouteLines<T, TSums>
    where T : unmanaged, INumber<T>
    where TSums : unmanaged, ILanes<TSums, T>
{
    /// <summary>What a position without a window has chosen.</summary>
    private const byte Nothing = byte.MaxValue;

    private readonly long _rows, _columns, _dilation, _rowDilation, _reach, _left, _length;
    private readonly byte* _tapRows, _tapColumns, _routes, _least, _greatest;
    private readonly T* _chosen;

    /// <param name="pooling">The windows.</param>
    /// <param name="row">Elements of a row of sums, of which windows take no more.</param>
    /// <param name="pixel">Elements of a position.</param>
    /// <param name="rows">Of windows.</param>
    /// <param name="memory">Of <see cref="Bytes"/> bytes.</param>
    public RouteLines(PoolPlan pooling, long row, long pixel, long rows, byte* memory)
    {
        AxisPlan width = pooling.Width;
        (_rows, _columns, _dilation, _rowDilation) = (pooling.Height.Kernel, width.Kernel, width.Dilation * pixel, pooling.Height.Dilation * row);
        (_reach, _left, _length) = ((width.Span - 1) * pixel, (width.Span - 1 - width.Before) * pixel, Length(pooling, row * rows, pixel));
        Numbers = memory + _left;
        _tapRows = memory + _length;
        _tapColumns = _tapRows + _length;
        _routes = _tapColumns + _length;
        _least = _routes + _length;
        _greatest = _least + _length;
        _chosen = (T*)(_greatest + _length);
        Gradients = _chosen + _length + _left;
        // Every column is less than the least one, and none of a position is greater than its greatest.
        new Span<byte>(memory, (int)(5 * _length)).Fill(Nothing);
        new Span<byte>(_greatest, (int)_length).Clear();
        for (long column = 0; column < width.OutputLength; column++)
        {
            long start = width.Start(column), last = width.InputLength - 1 - start;
            if (last < 0) continue;
            new Span<byte>(_least + _left + column * pixel, (int)pixel).Fill((byte)(start >= 0 ? 0 : (width.Dilation - 1 - start) / width.Dilation));
            new Span<byte>(_greatest + _left + column * pixel, (int)pixel).Fill((byte)Math.Min(last / width.Dilation, _columns - 1));
        }

        for (long i = 1; i < rows; i++)
        {
            Unsafe.CopyBlock(_least + _left + i * row, _least + _left, (uint)row);
            Unsafe.CopyBlock(_greatest + _left + i * row, _greatest + _left, (uint)row);
        }
    }

    /// <summary>Room for what windows chose, and for their gradients.</summary>
    public byte* Numbers { get; }

    /// <inheritdoc cref="Numbers"/>
    public T* Gradients { get; }

    /// <summary>Elements that are worked on together.</summary>
    public static long Step => Math.Max(Vector256<byte>.Count, 4 * TSums.Count);

    /// <summary>Whether numbers of taps, and of none, are bytes.</summary>
    public static bool Accepts(PoolPlan pooling) =>
        pooling is { Height: { Stride: 1, Slides: true, Kernel: > 1 and < Nothing }, Width: { Stride: 1, Slides: true, Kernel: > 1 and < Nothing } } && pooling.Width.Before < pooling.Width.Span
        && Parts(pooling.Height.Kernel) * pooling.Width.Kernel <= Nothing;

    /// <summary>How many elements before the first window and behind the last one are read.</summary>
    // A line's length is rounded up.
    public static long Around(PoolPlan pooling, long pixel) => Length(pooling, 0, pixel) + Scratch.Alignment;

    public static long Bytes(PoolPlan pooling, long row, long pixel, long rows) => Length(pooling, row * rows, pixel) * (6 + 2 * sizeof(T));

    /// <summary>Adds what some rows of windows give.</summary>
    /// <param name="numbers">What they chose, in <see cref="Numbers"/> or where it lies.</param>
    /// <param name="gradients">And their gradients.</param>
    /// <param name="sums">The first row of taps. The last one, and those behind it, are new.</param>
    /// <param name="length">Elements of these rows.</param>
    /// <param name="ahead">What is read and written next.</param>
    public void Add(byte* numbers, T* gradients, T* sums, long length, in RouteAhead ahead)
    {
        gradients -= _left;
        // As wide as what is worked on together.
        if (sizeof(TSums) == sizeof(Lanes512<byte>) ? Route<Lanes512<byte>>(numbers - _left, length) : Route<Lanes256<byte>>(numbers - _left, length))
        {
            AddColumns(gradients, sums, length, ahead);
            return;
        }

        new Span<T>(sums + (_rows - 1) * _rowDilation, (int)length).Clear();
        for (long i = _left; i < _left + length; i++)
            if (_tapColumns[i] < _columns) sums[i - _reach + _tapColumns[i] * _dilation + _tapRows[i] / _columns * _rowDilation] += gradients[i];
    }

    private bool Route<TBytes>(byte* numbers, long length)
        where TBytes : unmanaged, ILanes<TBytes, byte>
    {
        Split<TBytes>(numbers);
        return Route<TBytes>(length);
    }

    private static long Length(PoolPlan pooling, long length, long pixel) => Scratch.Round(length + (pooling.Width.Span - 1) * pixel + Step);

    private static long Parts(long rows) => (long)BitOperations.RoundUpToPowerOf2((ulong)rows);

    /// <summary>Numbers as columns, none where they lie outside the input, and as rows times their length.</summary>
    // What is less than nothing is, without a sign, more than it was.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Split<TBytes>(byte* numbers)
        where TBytes : unmanaged, ILanes<TBytes, byte>
    {
        byte* rows = _tapRows, columns = _tapColumns, least = _least, greatest = _greatest;
        T* chosen = _chosen;
        long length = _length, row = _columns, most = Parts(_rows) / 2 * row;
        TBytes nothing = TBytes.Fill(Nothing);
        for (long i = 0; i < length; i += TBytes.Count)
        {
            TBytes number = TBytes.Load(numbers + i), column = number;
            for (long part = most; part >= row; part >>= 1) column = TBytes.Min(column, column - TBytes.Fill((byte)part));
            TBytes.Store(number - column, rows + i);
            TBytes.Store(TBytes.Select(TBytes.Equal(TBytes.Max(column, TBytes.Load(least + i)), TBytes.Min(column, TBytes.Load(greatest + i))), column, nothing), columns + i);
            for (long at = i; at < i + TBytes.Count; at += TSums.Count) TSums.Store(TSums.LoadUnsigned(columns + at, 1), chosen + at);
        }
    }

    /// <summary>Finds the row in which each column gets something, the first one where it gets nothing; whether there is but one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private bool Route<TBytes>(long length)
        where TBytes : unmanaged, ILanes<TBytes, byte>
    {
        byte* rows = _tapRows, columns = _tapColumns, routes = _routes;
        long reach = _reach, dilation = _dilation;
        TBytes one = TBytes.Fill(1), last = TBytes.Fill((byte)(_columns - 1)), doubtful = default;
        for (long i = 0; i < length; i += TBytes.Count)
        {
            TBytes column = last, some = default, missing = default;
            for (long place = i; place <= i + reach; place += dilation, column -= one)
            {
                TBytes isSame = TBytes.Equal(column, TBytes.Load(columns + place)), taken = isSame & TBytes.Load(rows + place);
                some |= taken;
                missing |= isSame ^ taken;
            }

            TBytes.Store(some, routes + i);
            doubtful |= some & missing;
        }

        return TBytes.IsZero(doubtful);
    }

    /// <summary>Adds what each column gets to the row that it goes to: four registers at a time, of which no two meet in one sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void AddColumns(T* gradients, T* sums, long length, RouteAhead ahead)
    {
        long lanes = TSums.Count, dilation = _dilation, columns = _columns, row = _columns, end = row * (_rows - 1), below = _rowDilation;
        byte* routes = _routes;
        T* chosen = _chosen;
        for (long i = 0; i < length; i += 4 * lanes)
        {
            ahead.Ask(i, 4 * lanes);
            byte* route = routes + i;
            TSums firstRoute = TSums.LoadUnsigned(route, 1), secondRoute = TSums.LoadUnsigned(route + lanes, 1), thirdRoute = TSums.LoadUnsigned(route + 2 * lanes, 1), fourthRoute = TSums.LoadUnsigned(route + 3 * lanes, 1);
            TSums first = default, second = default, third = default, fourth = default, number;
            T* at = sums + i;
            for (long tap = 0; tap < end; tap += row, at += below)
            {
                number = TSums.Fill(Bits(tap));
                first = TSums.SelectSameFrom(firstRoute, number, at, first);
                second = TSums.SelectSameFrom(secondRoute, number, at + lanes, second);
                third = TSums.SelectSameFrom(thirdRoute, number, at + 2 * lanes, third);
                fourth = TSums.SelectSameFrom(fourthRoute, number, at + 3 * lanes, fourth);
            }

            T* from = gradients + i, numbers = chosen + i;
            for (long column = columns; --column >= 0; from += dilation, numbers += dilation)
            {
                number = TSums.Fill(Bits(column));
                first = TSums.AddWhereSame(first, from, numbers, number);
                second = TSums.AddWhereSame(second, from + lanes, numbers + lanes, number);
                third = TSums.AddWhereSame(third, from + 2 * lanes, numbers + 2 * lanes, number);
                fourth = TSums.AddWhereSame(fourth, from + 3 * lanes, numbers + 3 * lanes, number);
            }

            number = TSums.Fill(Bits(end));
            TSums.Store(TSums.SelectSame(firstRoute, number, first, default), at);
            TSums.Store(TSums.SelectSame(secondRoute, number, second, default), at + lanes);
            TSums.Store(TSums.SelectSame(thirdRoute, number, third, default), at + 2 * lanes);
            TSums.Store(TSums.SelectSame(fourthRoute, number, fourth, default), at + 3 * lanes);
            at = sums + i;
            for (long tap = 0; tap < end; tap += row, at += below)
            {
                number = TSums.Fill(Bits(tap));
                TSums.StoreSame(firstRoute, number, first, at);
                TSums.StoreSame(secondRoute, number, second, at + lanes);
                TSums.StoreSame(thirdRoute, number, third, at + 2 * lanes);
                TSums.StoreSame(fourthRoute, number, fourth, at + 3 * lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Bits(long number) => sizeof(T) == 4 ? Unsafe.BitCast<int, T>((int)number) : Unsafe.BitCast<long, T>(number);
}

/// <summary>Addresses of what is read and written next, which are asked for while there is much to compute. None is touched.</summary>
internal readonly unsafe struct RouteAhead(void* gradients, void* numbers, void* result, int size)
{
    /// <summary>Asks for some elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ask(long from, long count)
    {
        Prefetch.Behind(gradients, count * size, from * size);
        Prefetch.Behind(result, count * size, from * size);
        Prefetch.Line((byte*)numbers + from);
    }
}
