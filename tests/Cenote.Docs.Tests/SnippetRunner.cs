using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Cenote.Docs.Tests;

/// <summary>Compiles a snippet as a program of its own, with the usings of a new project, and runs it.</summary>
internal static class SnippetRunner
{
    // What a project with ImplicitUsings has, and the two namespaces that a page names once at its top.
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using System.Numerics.Tensors;
        global using Cenote;
        """;

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>The lines that the snippet prints.</summary>
    public static string[] Run(string code)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var compilation = CSharpCompilation.Create(
            $"Snippet{Guid.NewGuid():N}",
            [CSharpSyntaxTree.ParseText(Usings, options), CSharpSyntaxTree.ParseText(code, options)],
            References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
        using var stream = new MemoryStream();
        // CS1701: a package was built with an older one than is here, which no project is warned of.
        string[] faults =
        [
            .. compilation.Emit(stream).Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning && d.Id is not ("CS8933" or "CS1701")).Select(d => d.ToString()),
        ];
        Assert.True(faults.Length == 0, string.Join('\n', faults) + "\n\n" + code);

        MethodInfo main = Assembly.Load(stream.ToArray()).EntryPoint!;
        using var printed = new StringWriter { NewLine = "\n" };
        TextWriter console = Console.Out;
        Console.SetOut(printed);
        try
        {
            main.Invoke(null, main.GetParameters().Length == 0 ? null : [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
        }

        return printed.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
