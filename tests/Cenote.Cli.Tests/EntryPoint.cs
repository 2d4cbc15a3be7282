using System.Reflection;
using System.Text;

namespace Cenote.Cli.Tests;

/// <summary>The command's entry point, called in this process: one call at a time, for there is one console and one working directory.</summary>
internal static class EntryPoint
{
    private static readonly MethodInfo Main = Assembly.Load("Cenote.Cli").EntryPoint!;
    private static readonly Lock Turn = new();

    static EntryPoint() => Environment.SetEnvironmentVariable("CENOTE_NUM_THREADS", null);

    public static Outcome Run(string folder, string[] arguments)
    {
        lock (Turn)
        {
            var (output, errors, place) = (Console.Out, Console.Error, Environment.CurrentDirectory);
            using MemoryStream printed = new(), complaints = new();
            try
            {
                Console.SetOut(Writer(printed));
                Console.SetError(Writer(complaints));
                Environment.CurrentDirectory = folder;
                int exit = (int)Main.Invoke(null, [arguments])!;
                return new(exit, printed.ToArray(), Encoding.UTF8.GetString(complaints.ToArray()));
            }
            finally
            {
                Environment.CurrentDirectory = place;
                Console.SetError(errors);
                Console.SetOut(output);
            }
        }
    }

    private static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
}
