using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text;
using Cenote.Cli;

// Exit codes: 0 fine, 2 bad usage or input (one line on standard error), 130 interrupted.
try
{
    Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
    // Not a RootCommand: that one is named after the assembly, and users know the tool by its own name.
    var root = new Command("cenote", "Pooling of pictures and NumPy arrays, with PyTorch's numbers.") { new HelpOption { Action = new HelpWithExample() }, new VersionOption() };
    foreach (Verb verb in Verb.All) root.Add(new PoolCommand(verb).Command);
    root.Add(new ShapeCommand().Command);
    root.Add(new OnnxCommand().Command);
    root.Add(ExplainCommand.Command);
    root.Add(new CompareCommand().Command);
    root.Add(new BenchCommand().Command);
    root.Add(new DevicesCommand().Command);
    root.Add(new ServeCommand().Command);
    // A file may well be called @photo.png: it is no response file.
    ParseResult parse = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    bool atRoot = parse.CommandResult.Command == root;
    string help = $"{HelpWithExample.NameOf(parse.CommandResult)} --help";
    if (parse.CommandResult.Children.OfType<OptionResult>().FirstOrDefault(option => option.IdentifierTokenCount > 1) is { } repeated)
        throw new UserError($"{repeated.Option.Name} is given {repeated.IdentifierTokenCount} times; see {help}.");
    // Of a wrong command the parser first says that a command is missing.
    if (atRoot && parse.UnmatchedTokens is [var unknown, ..]) throw new UserError($"'{unknown}' is no command; see {help}.");
    if (parse.Errors.Count > 0) throw new UserError($"{Errors.FirstLine(parse.Errors[0].Message).TrimEnd('.')}; see {help}.");
    return parse.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    StandardError.WriteLine("cenote: interrupted.");
    return 130;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    // Files name themselves; what is left is what the program prints on.
    StandardError.WriteLine($"cenote: {Errors.Line(error, "standard output")}");
    return 2;
}
catch (Exception error)
{
    StandardError.WriteLine($"cenote: {Errors.Line(error, "cenote") ?? $"internal error: {error.GetType().Name}: {Errors.FirstLine(error.Message)}"}");
    return 2;
}
