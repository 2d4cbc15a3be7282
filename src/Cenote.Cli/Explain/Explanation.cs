namespace Cenote.Cli;

/// <summary>A pooling of one small plane: the input, the output, and for every output its window.</summary>
internal sealed class Explanation
{
    /// <summary>The longest that a plane's side, and an array of one axis, may be; and how far windows may reach with padding and overhang.</summary>
    public const int MostSide = 16, MostLength = 32, MostReach = 40;

    private readonly PoolLayer _layer;
    private readonly long[,]? _winners;

    private Explanation(string verb, PoolLayer layer, PoolPlan plan, Grid input, Grid output, long[,]? winners)
    {
        (_layer, _winners, Verb, Plan, Input, Output) = (layer, winners, verb, plan, input, output);
        (Rows, Columns) = plan.SpatialRank == 1 ? (ExplainedAxis.Single, ExplainedAxis.Of(plan, 0)) : (ExplainedAxis.Of(plan, 0), ExplainedAxis.Of(plan, 1));
    }

    public string Verb { get; }

    public PoolPlan Plan { get; }

    public Grid Input { get; }

    public Grid Output { get; }

    public ExplainedAxis Rows { get; }

    public ExplainedAxis Columns { get; }

    public bool IsLine => Plan.SpatialRank == 1;

    /// <summary>Whether an output is one of its taps.</summary>
    public bool HasWinners => _winners is not null;

    /// <summary>Whether every window ends before the next one begins, along both axes.</summary>
    public bool IsApart => Rows.IsApart && Columns.IsApart;

    public string Title => $"{Verb} {ArrayData.Text(Plan.InputShape[1..])} → {ArrayData.Text(Plan.OutputShape[1..])}" + (Plan.OptionsText.Length == 0 ? "" : $"  ({Plan.OptionsText})");

    public IEnumerable<string> Formulas => Enumerable.Range(0, Plan.SpatialRank).Select(Plan.DescribeAxis);

    public IEnumerable<ExplainedWindow> Windows => from row in Enumerable.Range(0, Rows.Windows.Length) from column in Enumerable.Range(0, Columns.Windows.Length) select Window(row, column);

    /// <exception cref="UserError">The array is too large to look at, or does not suit the layer.</exception>
    public static Explanation Of(string verb, string name, ArrayData array, PoolLayer layer)
    {
        nint[] lengths = array.Shape[^layer.SpatialRank..];
        RequireSmall(name, "input", lengths);
        PoolPlan plan = layer.Plan([1, .. lengths]);
        RequireSmall(name, "output", plan.OutputShape[1..]);
        for (int axis = 0; axis < plan.SpatialRank; axis++) RequireReach(name, plan, axis);
        using var pooling = new ArrayPooling(name, array, layer, ArrayAxes.Of(name, array, layer.SpatialRank, channelsLast: false), withIndices: layer is IndexedPool, device: null);
        pooling.Run(progress: null, CancellationToken.None);
        var (rows, columns) = plan.SpatialRank == 1 ? (1, plan.OutputShape[1]) : (plan.OutputShape[1], plan.OutputShape[2]);
        Grid output = Grid.Of(pooling.Output, rows, columns), input = Grid.Of(array, plan.SpatialRank == 1 ? 1 : lengths[0], lengths[^1]);
        return new(verb, layer, plan, input, output, pooling.Indices is { } indices ? Winners(Grid.Of(indices, rows, columns), rows, columns) : null);
    }

    public ExplainedWindow Window(int row, int column)
    {
        Tap[] rows = Rows.Windows[row], columns = Columns.Windows[column];
        (long Row, long Column)? winner = _winners?[row, column] is { } flat and >= 0 ? Math.DivRem(flat, Columns.Length) : null;
        return new(row, column, rows, columns, winner, Work(row, column, rows, columns));
    }

    /// <summary>The text of one tap; null where it takes no part.</summary>
    public string? TextOf(Tap row, Tap column) => row.Place == TapPlace.Input && column.Place == TapPlace.Input ? Input.Text(row.Position, column.Position)
        : _layer is MaxPool { ZeroPadding: true } && row.Place != TapPlace.Overhang && column.Place != TapPlace.Overhang ? "0" : null;

    /// <summary>What is divided by in an average; null for other operators.</summary>
    public long? Divisor(int row, int column) => _layer is AvgPool or GlobalAvgPool or AdaptiveAvgPool ? IsLine ? Plan.DivisorAt(column) : Plan.DivisorAt(row, column) : null;

    /// <summary>How an output comes from its taps, with the numbers in it.</summary>
    private string Work(int row, int column, Tap[] rows, Tap[] columns)
    {
        const int MostNumbers = 16;
        string[] taps = [.. from y in rows from x in columns let text = TextOf(y, x) where text is not null select text];
        string result = $"{(Output.IsRounded(row, column) ? "≈" : "=")} {Output.Text(row, column)}";
        if (taps.Length == 0) return $"no tap inside the input {result}";
        string name = Verb.Split('-')[^1], all = taps.Length > MostNumbers ? $"{taps.Length} taps" : "";
        if (Divisor(row, column) is not { } divisor) return all.Length > 0 ? $"{name} of {all} {result}" : $"{name}({string.Join(", ", taps)}) {result}";
        string sum = all.Length > 0 ? $"sum of {all}" : taps.Length == 1 ? taps[0] : $"({taps[0]}{string.Concat(taps.Skip(1).Select(tap => tap[0] == '-' ? $" − {tap[1..]}" : $" + {tap}"))})";
        return $"{sum} / {divisor} {result}";
    }

    private static long[,] Winners(Grid indices, nint rows, nint columns)
    {
        var winners = new long[rows, columns];
        for (nint row = 0; row < rows; row++)
            for (nint column = 0; column < columns; column++) winners[row, column] = (long)indices[row, column];
        return winners;
    }

    private static void RequireSmall(string name, string what, ReadOnlySpan<nint> lengths)
    {
        int most = lengths.Length == 1 ? MostLength : MostSide;
        if (lengths.ContainsAnyInRange(most + 1, nint.MaxValue))
            throw new UserError($"{name}: the {what} is {ArrayData.Text(lengths)}, and explaining is for what can be looked at: at most {MostSide}×{MostSide}, or {MostLength} along one axis.");
    }

    private static void RequireReach(string name, PoolPlan plan, int axis)
    {
        var (before, after) = plan.PaddingAt(axis);
        // The first tap of the last window lies inside the input or its padding: so few taps are looked at.
        if (before + plan.InputShape[1 + axis] + after > MostReach || plan.TapsAt(axis, plan.OutputShape[1 + axis] - 1).Take(MostReach + 1).Any(tap => tap.Position + before >= MostReach))
            throw new UserError($"{name}: with padding and overhang the windows reach over more than {MostReach} positions along an axis; explaining stops there.");
    }
}

/// <summary>One output and its window.</summary>
/// <param name="Row">The output's row.</param>
/// <param name="Column">The output's column.</param>
/// <param name="Rows">The taps along the rows' axis.</param>
/// <param name="Columns">The taps along the columns' axis.</param>
/// <param name="Winner">The tap that the output is; null where there is none.</param>
/// <param name="Work">How the output comes from the taps.</param>
internal sealed record ExplainedWindow(int Row, int Column, Tap[] Rows, Tap[] Columns, (long Row, long Column)? Winner, string Work)
{
    public bool IsWinner(Tap row, Tap column) => Winner is { } winner && winner.Row == row.Position && winner.Column == column.Position && row.Place == TapPlace.Input && column.Place == TapPlace.Input;

    public static TapPlace PlaceOf(Tap row, Tap column) => (TapPlace)Math.Max((int)row.Place, (int)column.Place);
}
