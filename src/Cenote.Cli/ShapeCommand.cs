using System.CommandLine;

namespace Cenote.Cli;

/// <summary>The size arithmetic alone: no data.</summary>
internal sealed class ShapeCommand
{
    private readonly Argument<string> _size = new("SIZE") { Description = "The input's spatial lengths: 16000, 112x112 or 16x112x112." };
    private readonly SlidingWindowSettings _window = new(optional: true);
    private readonly Option<string?> _stack = new("--stack") { Description = "Several layers instead of one window: \"conv 7 s2 p3, max 3 s2 p1, global-avg\". Tells every size, receptive field and effective stride. [default: none, one window]", HelpName = "LAYERS" };

    public Command Command
    {
        get
        {
            var command = new Command("shape", "Works out the output size of a window, axis by axis, with the numbers filled in; or the sizes of a stack of layers.") { _size, _stack };
            foreach (Option option in _window.Options) command.Add(option);
            command.SetAction(Run);
            return command;
        }
    }

    private int Run(ParseResult parse)
    {
        nint[] size = Numbers.Lengths("SIZE", parse.GetValue(_size)!);
        string? stack = parse.GetValue(_stack);
        Option? given = _window.Given(parse);
        if (stack is not null && given is not null) throw new UserError($"--stack and {given.Name} are both given; a stack's layers have windows of their own.");
        if (stack is null && !_window.HasKernel(parse)) throw new UserError("-k or --stack is missing; see cenote shape --help.");
        try
        {
            if (stack is null) PrintWindow(size, _window.Read(parse));
            else PrintStack(size, stack);
        }
        catch (ArgumentException error) when (Errors.Line(error, "SIZE") is { } line)
        {
            throw new UserError(line);
        }

        return 0;
    }

    private static void PrintWindow(nint[] size, WindowOptions window)
    {
        PoolPlan plan = MaxVerb.Make(window, size.Length).Plan([1, .. size]);
        Console.Out.WriteLine($"{ArrayData.Text(size)} → {ArrayData.Text(plan.OutputShape[1..])}  ({plan.OptionsText})");
        for (int axis = 0; axis < size.Length; axis++) Console.Out.WriteLine(plan.DescribeAxis(axis));
    }

    private static void PrintStack(nint[] size, string stack)
    {
        List<string[]> rows = [["layer", "size", "receptive field", "effective stride"], ["input", ArrayData.Text(size), "1", "1"]];
        foreach (StackLevel level in new WindowStack(size.Length, StackText.Parse(stack)).Plan(size))
            rows.Add([level.Name, ArrayData.Text(level.Size), Text(level.ReceptiveField), Text(level.EffectiveStride)]);
        int[] widths = [.. Enumerable.Range(0, 4).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows) Console.Out.WriteLine(string.Join("  ", row.Zip(widths, (cell, width) => cell.PadRight(width))).TrimEnd());
    }

    /// <summary>One number where all axes have the same.</summary>
    private static string Text(ReadOnlySpan<long> numbers) => numbers.ContainsAnyExcept(numbers[0]) ? string.Join('×', numbers.ToArray()) : $"{numbers[0]}";
}
