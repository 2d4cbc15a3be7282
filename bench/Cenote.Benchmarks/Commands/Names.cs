namespace Cenote.Benchmarks.Commands;

/// <summary>Lists of names with commas between them.</summary>
internal static class Names
{
    /// <returns>The named ones in the order given; all where there is no list.</returns>
    /// <exception cref="UserError">A name is none of theirs.</exception>
    public static IReadOnlyList<T> Choose<T>(string option, string? list, IReadOnlyList<T> all, Func<T, string> name)
        where T : class => list is null ? all
            : [.. list.Split(',').Select(wanted => all.FirstOrDefault(each => name(each) == wanted) ?? throw new UserError($"{option} has '{wanted}'; it must be of {string.Join(", ", all.Select(name))}."))];
}
