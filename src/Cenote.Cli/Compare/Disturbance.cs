using System.Globalization;

namespace Cenote.Cli;

/// <summary>Something small that happens to a picture of height × width × channels bytes, and that its meaning survives.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Title">Its name in a figure.</param>
internal abstract record Disturbance(string Name, string Title)
{
    public static IReadOnlyList<Disturbance> All(double noise, int seed, double angle) => [new Shift(), new Noise(noise, seed), new Rotation(angle)];

    /// <summary>A new picture of the same shape; the caller disposes of it.</summary>
    public ArrayData Apply(ArrayData picture)
    {
        var result = new ArrayData("disturbed picture", picture.Format, picture.Shape) { Profile = picture.Profile };
        Fill(new(picture), new(result));
        return result;
    }

    protected static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    protected abstract void Fill(Pixels from, Pixels to);

    protected static byte ToByte(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);

    /// <summary>The bytes of a picture.</summary>
    protected readonly unsafe struct Pixels(ArrayData picture)
    {
        private readonly byte* _first = (byte*)picture.Pointer;

        public int Height { get; } = (int)picture.Shape[0];

        public int Width { get; } = (int)picture.Shape[1];

        public int Channels { get; } = (int)picture.Shape[2];

        /// <summary>How many channels are colours: all but the alpha.</summary>
        public int Colours => Channels == 4 ? 3 : Channels;

        /// <summary>A byte; outside the picture the nearest one, for its edges go on.</summary>
        public ref byte this[int row, int column, int channel] =>
            ref _first[((long)Math.Clamp(row, 0, Height - 1) * Width + Math.Clamp(column, 0, Width - 1)) * Channels + channel];
    }
}

/// <summary>Everything one pixel to the right; the left column stays, too.</summary>
internal sealed record Shift() : Disturbance("shift", "shifted by 1 pixel")
{
    protected override void Fill(Pixels from, Pixels to)
    {
        for (int row = 0; row < to.Height; row++)
            for (int column = 0; column < to.Width; column++)
                for (int channel = 0; channel < to.Channels; channel++) to[row, column, channel] = from[row, column - 1, channel];
    }
}

/// <summary>To every colour of every pixel, in their order in memory, a normally distributed number, rounded and clamped to a byte.</summary>
/// <param name="Sigma">The standard deviation, in levels.</param>
/// <param name="Seed">Which random numbers: those of <see cref="Random"/>, two for each, by the formula of Box and Muller.</param>
internal sealed record Noise(double Sigma, int Seed) : Disturbance("noise", $"noise of σ = {Text(Sigma)}")
{
    protected override void Fill(Pixels from, Pixels to)
    {
        var random = new Random(Seed);
        for (int row = 0; row < to.Height; row++)
            for (int column = 0; column < to.Width; column++)
                for (int channel = 0; channel < to.Channels; channel++)
                    to[row, column, channel] = channel < to.Colours ? ToByte(from[row, column, channel] + Sigma * Normal()) : from[row, column, channel];

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}

/// <summary>A turn about the middle, counter-clockwise; between pixels bilinear, rounded.</summary>
/// <param name="Degrees">How far.</param>
internal sealed record Rotation(double Degrees) : Disturbance("rotation", $"turned by {Text(Degrees)}°")
{
    protected override void Fill(Pixels from, Pixels to)
    {
        var (sin, cos) = Math.SinCos(Degrees * Math.PI / 180);
        double middleX = (to.Width - 1) / 2.0, middleY = (to.Height - 1) / 2.0;
        for (int row = 0; row < to.Height; row++)
            for (int column = 0; column < to.Width; column++)
            {
                double dx = column - middleX, dy = row - middleY, x = middleX + cos * dx - sin * dy, y = middleY + sin * dx + cos * dy;
                int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
                double right = x - left, down = y - top;
                for (int channel = 0; channel < to.Channels; channel++)
                    to[row, column, channel] = ToByte(
                        (1 - down) * ((1 - right) * from[top, left, channel] + right * from[top, left + 1, channel])
                        + down * ((1 - right) * from[top + 1, left, channel] + right * from[top + 1, left + 1, channel]));
            }
    }
}
