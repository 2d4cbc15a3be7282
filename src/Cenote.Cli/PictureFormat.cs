namespace Cenote.Cli;

/// <summary>A format that pictures are written in, and what it can hold.</summary>
/// <param name="Name">The format's name.</param>
/// <param name="Extensions">The endings of its files.</param>
/// <param name="LongestSide">The most pixels that its encoder takes in a row or a column.</param>
/// <param name="HasAlpha">Whether pixels can be transparent.</param>
internal sealed record PictureFormat(string Name, string[] Extensions, int LongestSide, bool HasAlpha)
{
    public static readonly PictureFormat Png = new("PNG", [".png"], 1_000_000, HasAlpha: true);
    public static readonly PictureFormat Jpeg = new("JPEG", [".jpg", ".jpeg"], 65_500, HasAlpha: false);
    public static readonly PictureFormat WebP = new("WebP", [".webp"], 16_383, HasAlpha: true);

    private static readonly PictureFormat[] All = [Png, Jpeg, WebP];

    /// <summary>The format that a path's extension names; null where it names none.</summary>
    public static PictureFormat? Of(string path) => All.FirstOrDefault(format => format.Extensions.Contains(Path.GetExtension(path).ToLowerInvariant()));

    /// <exception cref="UserError">The format cannot hold a picture of height × width × channels; the message names those that can.</exception>
    public void RequireHolds(string path, nint[] shape)
    {
        if (Obstacle(shape) is not { } obstacle) return;
        var others = All.Where(format => format.Obstacle(shape) is null).Select(format => format.Extensions[0]);
        throw new UserError($"{path}: {obstacle}; write a {string.Join(" or ", others.Append(".npy"))}.");
    }

    private string? Obstacle(nint[] shape) =>
        shape[2] == 4 && !HasAlpha ? $"a {Name} has no alpha channel, and the picture has"
        : Math.Max(shape[0], shape[1]) is var side && side > LongestSide ? $"a {Name} has at most {LongestSide} pixels on a side, and the picture has {side}"
        : null;
}
