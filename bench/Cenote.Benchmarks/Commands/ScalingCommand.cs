using System.CommandLine;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Commands;

/// <summary>How the time grows with windows, planes, channels and threads.</summary>
internal static class ScalingCommand
{
    public static Command Create()
    {
        var folder = new Option<string>("--out") { Description = "The folder for scaling.md and its plots.", HelpName = "FOLDER", DefaultValueFactory = _ => Path.Combine("artifacts", "scaling") };
        var laws = new Option<string?>("--laws") { Description = $"Laws to measure, with commas between them: {string.Join(", ", GrowthLaw.All.Select(law => law.Name))}. [default: all]", HelpName = "NAME,..." };
        var command = new Command("scaling", "The laws of growth, as tables and plots: window sizes, plane sizes, channels, 1-D, 3-D, threads.") { folder, laws };
        command.SetAction(parse =>
        {
            string place = parse.GetValue(folder)!;
            IReadOnlyList<GrowthLaw> chosen = Names.Choose("--laws", parse.GetValue(laws), GrowthLaw.All, law => law.Name);
            Directory.CreateDirectory(place);
            string path = Path.Combine(place, "scaling.md");
            Console.Error.WriteLine(path);
            using var writer = new StreamWriter(path);
            ScalingReport.Write(writer, place, chosen);
        });
        return command;
    }
}
