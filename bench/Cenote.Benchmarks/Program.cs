using System.CommandLine;
using System.Text;
using Cenote.Benchmarks;
using Cenote.Benchmarks.Commands;

// Exit codes: 0 fine, 1 an output differs from a peer's, 2 bad usage (one line on standard error).
PeerProcess.Prepare();
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
var root = new RootCommand("How fast Cenote is, and beside whom.") { VersusCommand.Create(), ScalingCommand.Create(), TypesCommand.Create(), MicroCommand.Create(), SmallCallCommand.Create(), TrainingCommand.Create(), ReductionCommand.Create(), FirstCallCommand.Create(), FirstCallCommand.CreateHere(), RecordCommand.Create() };
try
{
    ParseResult parse = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    if (parse.Errors.Count > 0) throw new UserError(parse.Errors[0].Message.ReplaceLineEndings(" "));
    return parse.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (UserError error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
