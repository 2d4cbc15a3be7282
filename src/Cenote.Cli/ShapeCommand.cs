using System.CommandLine;

namespace Cenote.Cli;

/// <summary>The size arithmetic alone: no data.</summary>
internal sealed class ShapeCommand
{
    private readonly Argument<string> _size = new("SIZE") { Description = "The input's spatial lengths: 16000, 112x112 or 16x112x112." };
    private readonly SlidingWindowSettings _window = new();

    public Command Command
    {
        get
        {
            var command = new Command("shape", "Works out the output size of a window, axis by axis, with the numbers filled in.") { _size };
            foreach (Option option in _window.Options) command.Add(option);
            command.SetAction(Run);
            return command;
        }
    }

    private int Run(ParseResult parse)
    {
        nint[] size = Numbers.Lengths("SIZE", parse.GetValue(_size)!);
        PoolPlan plan;
        try
        {
            plan = MaxVerb.Make(_window.Read(parse), size.Length).Plan([1, .. size]);
        }
        catch (ArgumentException error) when (Errors.Line(error, "SIZE") is { } line)
        {
            throw new UserError(line);
        }

        Console.Out.WriteLine($"{ArrayData.Text(size)} → {ArrayData.Text(plan.OutputShape[1..])}  ({plan.OptionsText})");
        for (int axis = 0; axis < size.Length; axis++) Console.Out.WriteLine(plan.DescribeAxis(axis));
        return 0;
    }
}
