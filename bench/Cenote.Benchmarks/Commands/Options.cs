using System.CommandLine;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Commands;

/// <summary>The options that several commands have.</summary>
internal static class Options
{
    public static Option<string?> RowNames() =>
        new("--rows") { Description = $"Rows to measure, with commas between them: {string.Join(", ", RowTable.All.Select(row => row.Name))}; of the rest of the family {string.Join(", ", RowTable.Family.Select(row => row.Name))}, or family for all of these. [default: all but the family]", HelpName = "NAME,..." };

    /// <summary>The rows that <see cref="RowNames"/> names.</summary>
    public static IReadOnlyList<Row> Chosen(string? names) => names switch
    {
        null => RowTable.All,
        "family" => RowTable.Family,
        _ => Names.Choose("--rows", names, [.. RowTable.All, .. RowTable.Family], row => row.Name),
    };

    public static Option<int> Threads() => Count("--threads", "How many threads Cenote and its peers may use.");

    public static Option<int> Passes() => Count("--passes", "Measure all rows so many times over; a line is then the middle one of its row.");

    public static Option<int?> Sample(string description) => new("--sample") { Description = description, HelpName = "N" };

    public static Option<int> Seed() => new("--seed") { Description = "Chooses the random shapes.", HelpName = "S", DefaultValueFactory = _ => 1 };

    public static Option<int> Rank()
    {
        var option = new Option<int>("--rank") { Description = "How many spatial axes they have.", DefaultValueFactory = _ => 2 };
        option.AcceptOnlyFromAmong("1", "2", "3");
        return option;
    }

    private static Option<int> Count(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => 1,
        Validators =
        {
            result =>
            {
                if (result.Tokens.Count == 1 && !(int.TryParse(result.Tokens[0].Value, out int count) && count >= 1)) result.AddError($"{name} is '{result.Tokens[0].Value}'; it must be a whole number from 1.");
            },
        },
    };

    public static Option<string> Layout()
    {
        var option = new Option<string>("--layout") { Description = "The memory order.", DefaultValueFactory = _ => "both" };
        option.AcceptOnlyFromAmong("nchw", "nhwc", "both");
        return option;
    }

    public static Option<string> Type()
    {
        var option = new Option<string>("--type") { Description = "The element type.", DefaultValueFactory = _ => "float32" };
        option.AcceptOnlyFromAmong([.. Rows.Element.All.Select(each => each.Name)]);
        return option;
    }

    public static Layout[] Layouts(string text) => text switch
    {
        "nchw" => [Rows.Layout.Nchw],
        "nhwc" => [Rows.Layout.Nhwc],
        _ => [Rows.Layout.Nchw, Rows.Layout.Nhwc],
    };

    public static Element Element(string name) => Rows.Element.All.First(element => element.Name == name);
}
