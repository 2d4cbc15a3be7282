using System.CommandLine;
using System.Text;
using Cenote.Benchmarks;
using Cenote.Gpu;
using Cenote.Gpu.Benchmarks;

// Exit codes: 0 fine, 1 an output differs from PyTorch's or a row failed, 2 bad usage or no device (one line on standard error).
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
try
{
    ParseResult parse = BenchmarkCommand.Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    if (parse.Errors.Count > 0) throw new UserError(parse.Errors[0].Message.ReplaceLineEndings(" "));
    return parse.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is UserError or GpuException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
