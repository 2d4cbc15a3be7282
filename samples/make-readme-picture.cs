#:package SkiaSharp@4.154.0
#:package SkiaSharp.NativeAssets.Linux.NoDependencies@4.154.0

// Puts the sample picture beside what the command makes of it, for the README:
//
//     dotnet run samples/make-readme-picture.cs
//
// Left the sample, then its maximum and its average over 4×4 windows, every pixel drawn as a 4×4 square again.

using System.Diagnostics;
using SkiaSharp;

const int Kernel = 4, Gap = 8;
const string Sample = "samples/cenote.png", Output = "docs/images/pooled.png";
// The pond and the beginning of both lines of the caption.
SKRectI part = SKRectI.Create(88, 0, 320, 320);

string folder = Directory.CreateTempSubdirectory("cenote-").FullName;
using SKBitmap sample = SKBitmap.Decode(Sample), max = Pooled("max"), avg = Pooled("avg");
using var sheet = new SKBitmap(3 * part.Width + 2 * Gap, part.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
using var canvas = new SKCanvas(sheet);
canvas.Clear(SKColors.White);
Draw(sample, 1, 0);
Draw(max, Kernel, 1);
Draw(avg, Kernel, 2);

Directory.CreateDirectory(Path.GetDirectoryName(Output)!);
using var image = sheet.Copy(SKColorType.Rgb888x);
using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
File.WriteAllBytes(Output, png.ToArray());
Directory.Delete(folder, recursive: true);
Console.WriteLine($"{Output}  {png.Size} bytes");

SKBitmap Pooled(string mode)
{
    string file = Path.Combine(folder, mode + ".png");
    using Process cenote = Process.Start("dotnet", ["run", "--project", "src/Cenote.Cli", "--", mode, Sample, "-k", $"{Kernel}", "-o", file]);
    cenote.WaitForExit();
    return cenote.ExitCode == 0 ? SKBitmap.Decode(file) : throw new InvalidOperationException($"cenote {mode} ended with {cenote.ExitCode}");
}

void Draw(SKBitmap picture, int scale, int column)
{
    SKRectI from = new(part.Left / scale, part.Top / scale, part.Right / scale, part.Bottom / scale);
    SKRect to = SKRect.Create(column * (part.Width + Gap), 0, part.Width, part.Height);
    using SKImage pixels = SKImage.FromBitmap(picture);
    canvas.DrawImage(pixels, from, to, new SKSamplingOptions(SKFilterMode.Nearest));
}
