using System.CommandLine;

namespace Cenote.Cli;

/// <summary>An array that an option names, beside the input.</summary>
/// <param name="name">The option.</param>
/// <param name="helpName">What stands for its value in the help.</param>
/// <param name="description">Its help.</param>
/// <param name="rule">What the array must be, for messages: <c>indices are an npy array of integers</c>.</param>
/// <param name="allows">Which element types it may have; booleans are bytes.</param>
/// <param name="isRequired">Whether the command cannot do without.</param>
internal sealed class ArrayOption(string name, string helpName, string description, string rule, Func<ElementFormat, bool> allows, bool isRequired = false)
{
    public Option<string?> Option { get; } = new(name) { Description = description, HelpName = helpName, Required = isRequired };

    public bool IsGiven(ParseResult parse) => parse.GetValue(Option) is not null;

    /// <summary>Refuses what can be refused without reading a file.</summary>
    public void Check(ParseResult parse, IReadOnlyList<string> inputs)
    {
        if (parse.GetValue(Option) is not { } path) return;
        if (path.Length == 0 || Directory.Exists(path)) throw new UserError($"{name} is '{path}'; it must be an npy file, or - for standard input.");
        if (path == "-" && (inputs.Count > 1 || inputs[0] == "-")) throw new UserError($"{name} is -, standard input, which is read once; INPUT must then be one file.");
    }

    /// <summary>The array, which the caller disposes of.</summary>
    public ArrayData Read(ParseResult parse, CancellationToken cancellation)
    {
        string path = parse.GetValue(Option)!;
        InputFile file;
        try
        {
            file = InputFile.Read(path, cancellation, takesBooleans: true);
        }
        catch (Exception error) when (Errors.Line(error, path) is { } line)
        {
            throw new UserError($"{name}: {line}");
        }

        if (!file.IsPicture && allows(file.Array.Format)) return file.Array;
        file.Array.Dispose();
        throw new UserError($"{name}: {path} is {(file.IsPicture ? "a picture" : $"an array of {file.Array.Format.Code}")}; {rule}.");
    }

    /// <exception cref="UserError">The array has none of the shapes.</exception>
    public UserError ShapeError(ParseResult parse, ArrayData array, string input, nint[] shape, string allowed) =>
        new($"{name}: {parse.GetValue(Option)} is {ArrayData.Text(array.Shape)}, and {input} is {ArrayData.Text(shape)}; {allowed}.");
}
