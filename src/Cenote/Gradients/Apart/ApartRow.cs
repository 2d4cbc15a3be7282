using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>A row of inputs, neighbours side by side, made of the row of windows that reads it.</summary>
// Bounds: the windows of a register are the last ones of the row at the latest; what is shorter than a register is stored in part.
internal readonly unsafe struct ApartRow<T, TLanes>
    where T : unmanaged
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    /// <summary>Larger tables would be most of what a first-level cache holds.</summary>
    public const long MostBytes = 1 << 14;

    /// <summary>For positions from the beginning of a window on: whose window each is, and, for each row of taps, whose tap.</summary>
    private readonly T* _windows, _taps;

    private readonly long _length, _stride, _before;

    /// <summary>The window of the first input and its place in it; and how far both get with a register.</summary>
    private readonly long _window, _place, _step, _rest;

    /// <summary>The last window that a register of them begins with, and the inputs that they cover.</summary>
    private readonly long _lastWindow, _covered;

    /// <param name="pooling">The plan of the pooling.</param>
    /// <param name="isChosen">Whether a window gives to the tap that it chose.</param>
    /// <param name="memory">Of <see cref="Bytes"/> bytes.</param>
    public ApartRow(PoolPlan pooling, bool isChosen, byte* memory)
    {
        AxisPlan width = pooling.Width;
        (_length, _stride, _before) = (Length(width), width.Stride, width.Before);
        (_window, _place) = Math.DivRem(_before, _stride);
        (_step, _rest) = Math.DivRem(TLanes.Count, _stride);
        (_lastWindow, _covered) = (width.OutputLength - TLanes.Count, width.OutputLength * _stride - _before);
        _windows = (T*)memory;
        _taps = _windows + _length;
        for (long i = 0; i < _length; i++) _windows[i] = Bits(i / _stride);
        for (long row = 0; row < TapRows(pooling, isChosen); row++)
            for (long i = 0; i < _length; i++) _taps[row * _length + i] = Bits(i % _stride < width.Kernel ? row * width.Kernel + i % _stride : -1);
    }

    public static long Bytes(PoolPlan pooling, bool isChosen) => Scratch.Round(Length(pooling.Width) * (1 + TapRows(pooling, isChosen)) * sizeof(T));

    // Who gives to all taps does not ask which one.
    private static long TapRows(PoolPlan pooling, bool isChosen) => isChosen ? pooling.Depth.Kernel * pooling.Height.Kernel : 0;

    /// <summary>Makes some inputs of a row.</summary>
    /// <param name="gradients">Those of the row's windows.</param>
    /// <param name="numbers">The taps that they chose.</param>
    /// <param name="size">The bytes of a number.</param>
    /// <param name="tapRow">Which row of their taps lies here.</param>
    /// <param name="divisor">What gradients are divided by.</param>
    /// <param name="to">The row.</param>
    /// <param name="column">The first input.</param>
    /// <param name="endColumn">Where they end.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Make<TGiven>(T* gradients, byte* numbers, int size, long tapRow, T divisor, T* to, long column, long endColumn)
        where TGiven : struct
    {
        long lanes = TLanes.Count, stride = _stride, lastWindow = _lastWindow, covered = Math.Min(endColumn, _covered), window = _window, place = _place;
        T* windows = _windows, taps = typeof(TGiven) == typeof(ToAll) ? windows : _taps + tapRow * _length;
        long begin = column;
        if (column > 0) (window, place) = Math.DivRem(column + _before, stride);
        long step = _step, rest = _rest, most = (lanes - 1) * stride - lanes;
        TLanes divisors = TLanes.Fill(divisor);
        for (; column < covered; column += lanes)
        {
            if (window > lastWindow)
            {
                place += (window - lastWindow) * stride;
                window = lastWindow;
            }

            TLanes made = One<TGiven>(gradients + window, numbers + window * size, size, windows + place, taps + place, divisors);
            Prefetch.Line((byte*)(gradients + window) + Prefetch.Distance);
            Prefetch.Line((byte*)(to + column) + Prefetch.Distance);
            if (covered - column >= lanes) TLanes.Store(made, to + column);
            else TLanes.StorePart(made, to + column, covered - column);
            window += step;
            place += rest;
            if (place <= most) continue;
            window++;
            place -= stride;
        }

        for (column = Math.Max(begin, covered); column < endColumn; column++) to[column] = default;
    }

    // A sum begins at +0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes One<TGiven>(T* gradients, byte* numbers, int size, T* windows, T* taps, TLanes divisors)
    {
        TLanes zero = default, pattern = TLanes.Load(windows);
        if (typeof(TGiven) == typeof(ToAll))
        {
            TLanes quotients = TLanes.Load(gradients) / divisors + zero;
            return TLanes.Pick(quotients, quotients, pattern);
        }

        TLanes gradient = TLanes.Load(gradients), number = TLanes.LoadUnsigned(numbers, size);
        return TLanes.SelectSame(TLanes.Pick(number, number, pattern), TLanes.Load(taps), TLanes.Pick(gradient, gradient, pattern) + zero, zero);
    }

    private static T Bits(long number) => sizeof(T) == 4 ? Unsafe.BitCast<int, T>((int)number) : Unsafe.BitCast<long, T>(number);

    // A register begins in the row's last windows at the latest, whatever its place in them.
    private static long Length(AxisPlan width) => (TLanes.Count + 1) * width.Stride + 2 * TLanes.Count;
}
