#:package SkiaSharp@4.154.0
#:package SkiaSharp.NativeAssets.Linux.NoDependencies@4.154.0

// Draws the sample picture: a cenote, a round sinkhole of blue water, from above.
//
//     dotnet run samples/make-sample.cs [OUTPUT]
//
// The same bytes on every run: all chance comes from one seeded generator. The picture has what tells one pooling from another:
// thin bright lines on dark (ripples, roots), thin dark lines on bright (cracks, planks, letters), fine texture (leaves), and flat areas.

using SkiaSharp;

const int Width = 480, Height = 320;
const float CenterX = 250, CenterY = 142, Radius = 96;

string output = args.Length > 0 ? args[0] : "samples/cenote.png";
uint seed = 20_231;
using var bitmap = new SKBitmap(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
using var canvas = new SKCanvas(bitmap);

Forest();
Rock();
Water();
Ripples();
Roots();
Jetty();
Caption();

using var image = bitmap.Copy(SKColorType.Rgb888x);
using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
File.WriteAllBytes(output, png.ToArray());
Console.WriteLine($"{output}  3×{Height}×{Width}  {png.Size} bytes");

// A xorshift generator: System.Random promises no sequence across versions.
float Random()
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return (seed >> 8) / (float)(1 << 24);
}

float Between(float low, float high) => low + (high - low) * Random();

void Forest()
{
    canvas.Clear(new(16, 46, 30));
    SKColor[] greens = [new(22, 66, 38), new(34, 92, 46), new(52, 120, 54), new(88, 150, 64), new(142, 186, 84)];
    for (int crown = 0; crown < 330; crown++)
    {
        float x = Between(-10, Width + 10), y = Between(-10, Height + 10), size = Between(6, 17);
        Disc(x + 2, y + 3, size, new(10, 34, 24));
        for (int leaf = 0; leaf < 16; leaf++)
        {
            // Leaves toward the upper left catch the light.
            float angle = Between(0, MathF.Tau), far = size * MathF.Sqrt(Random());
            float dx = far * MathF.Cos(angle), dy = far * MathF.Sin(angle);
            int light = Math.Clamp((int)(2 - (dx + dy) / size * 1.6f + Between(-1, 1)), 0, 4);
            Leaf(x + dx, y + dy, Between(1.6f, 3.6f), angle, greens[light]);
        }
    }
}

void Rock()
{
    Disc(CenterX + 3, CenterY + 5, Radius + 24, new(8, 26, 20));
    Blob(Radius + 20, 5, new(188, 172, 138));
    Blob(Radius + 13, 4, new(226, 212, 178));
    Blob(Radius + 6, 3, new(160, 142, 110));
    for (int crack = 0; crack < 54; crack++)
    {
        float angle = Between(0, MathF.Tau), from = Radius + Between(5, 10), to = Radius + Between(12, 19);
        (float x, float y) = Polar(angle, from);
        (float x2, float y2) = Polar(angle + Between(-0.09f, 0.09f), to);
        Line(x, y, x2, y2, 1, new(74, 62, 48));
    }
}

void Water()
{
    SKColor[] blues = [new(8, 44, 92), new(10, 72, 128), new(22, 124, 168), new(84, 196, 200)];
    using var deep = SKShader.CreateRadialGradient(new(CenterX - 14, CenterY - 10), Radius + 8, blues, [0, 0.45f, 0.8f, 1], SKShaderTileMode.Clamp);
    using var paint = new SKPaint { Shader = deep, IsAntialias = true };
    canvas.DrawCircle(CenterX, CenterY, Radius, paint);
    // The shadow of the rim: one flat, dark crescent.
    using SKPath disc = Circle(CenterX, CenterY);
    using SKPath lit = Circle(CenterX + 16, CenterY + 20);
    using SKPath shadow = disc.Op(lit, SKPathOp.Difference);
    using var dark = new SKPaint { Color = new(6, 30, 54), IsAntialias = true };
    canvas.DrawPath(shadow, dark);
}

void Ripples()
{
    for (int ring = 0; ring < 7; ring++)
    {
        using var path = new SKPathBuilder();
        float radius = 10 + 9.5f * ring, phase = Between(0, MathF.Tau), begin = Between(0, 0.8f), sweep = Between(3.4f, 5.4f);
        for (float t = 0; t < sweep; t += 0.05f)
        {
            float far = radius + 1.6f * MathF.Sin(7 * t + phase);
            SKPoint point = new(CenterX + 18 + far * MathF.Cos(begin + t), CenterY + 12 + 0.82f * far * MathF.Sin(begin + t));
            if (t == 0) path.MoveTo(point);
            else path.LineTo(point);
        }

        Stroke(path, ring % 2 == 0 ? 1.1f : 0.8f, new(196, 240, 244));
    }

    for (int glint = 0; glint < 46; glint++)
    {
        (float x, float y) = Polar(Between(0, MathF.Tau), (Radius - 8) * MathF.Sqrt(Random()));
        if (x + y > CenterX + CenterY - 44) Line(x - Between(1, 4), y, x + Between(1, 4), y, 1, new(255, 255, 255));
    }
}

void Roots()
{
    for (int root = 0; root < 15; root++)
    {
        float angle = 3.05f + 0.125f * root + Between(-0.03f, 0.03f);
        (float x, float y) = Polar(angle, Radius + 5);
        using var path = new SKPathBuilder();
        path.MoveTo(x, y);
        float length = Between(18, 46);
        path.CubicTo(x + Between(-5, 5), y + length * 0.4f, x + Between(-6, 9), y + length * 0.7f, x + Between(-3, 8), y + length);
        Stroke(path, 0.9f, new(214, 190, 142));
    }
}

void Jetty()
{
    using var wood = new SKPaint { Color = new(214, 176, 120) };
    canvas.DrawRect(SKRect.Create(322, 168, 86, 26), wood);
    for (int plank = 0; plank <= 10; plank++) Line(322 + 8.6f * plank, 168, 322 + 8.6f * plank, 194, 1, new(96, 66, 36));
    Line(322, 168.5f, 408, 168.5f, 1, new(70, 46, 24));
    Line(322, 193.5f, 408, 193.5f, 1, new(70, 46, 24));
}

void Caption()
{
    using var paper = new SKPaint { Color = new(244, 238, 222) };
    canvas.DrawRect(SKRect.Create(0, 272, 176, 48), paper);
    using var ink = new SKPaint { Color = new(14, 30, 44) };
    canvas.DrawRect(SKRect.Create(176, 272, Width - 176, 48), ink);
    Letters("CENOTE", 18, 284, 4, 2, new(22, 40, 56));
    Letters("MAX KEEPS THE BRIGHT LINE", 192, 281, 1.75f, 1, new(255, 255, 255));
    Letters("AVERAGE BLENDS IT IN", 192, 299, 1.75f, 1, new(126, 206, 214));
}

// Letters are strokes on a grid 4 wide and 6 high, so that no font is needed: "0012" goes from (0, 0) to (1, 2).
void Letters(string text, float x, float y, float unit, float width, SKColor color)
{
    foreach (char letter in text)
    {
        string[] strokes = letter switch
        {
            'A' => ["062046", "1434"],
            'B' => ["0006364544330300", "0030413233"],
            'C' => ["4130100105163645"],
            'D' => ["00062645412000"],
            'E' => ["40000646", "0333"],
            'G' => ["41301001051636454323"],
            'H' => ["0006", "4046", "0343"],
            'I' => ["2026"],
            'K' => ["0006", "400346"],
            'L' => ["000646"],
            'M' => ["0600234046"],
            'N' => ["06004640"],
            'O' => ["103041453616050110"],
            'P' => ["06003041423303"],
            'R' => ["06003041423303", "2346"],
            'S' => ["413010010213334445361605"],
            'T' => ["0040", "2026"],
            'V' => ["002640"],
            'X' => ["0046", "4006"],
            _ => [],
        };
        foreach (string stroke in strokes)
        {
            using var path = new SKPathBuilder();
            for (int i = 0; i < stroke.Length; i += 2)
            {
                SKPoint point = new(x + (stroke[i] - '0') * unit, y + (stroke[i + 1] - '0') * unit);
                if (i == 0) path.MoveTo(point);
                else path.LineTo(point);
            }

            Stroke(path, width, color);
        }

        x += unit * (letter == ' ' ? 4 : 6);
    }
}

(float X, float Y) Polar(float angle, float far) => (CenterX + far * MathF.Cos(angle), CenterY + far * MathF.Sin(angle));

void Blob(float radius, float rough, SKColor color)
{
    using var path = new SKPathBuilder();
    for (int i = 0; i < 90; i++)
    {
        (float x, float y) = Polar(i * MathF.Tau / 90, radius + Between(-rough, rough));
        if (i == 0) path.MoveTo(x, y);
        else path.LineTo(x, y);
    }

    path.Close();
    using var paint = new SKPaint { Color = color, IsAntialias = true };
    using SKPath blob = path.Detach();
    canvas.DrawPath(blob, paint);
}

SKPath Circle(float x, float y)
{
    using var path = new SKPathBuilder();
    path.AddCircle(x, y, Radius);
    return path.Detach();
}

void Leaf(float x, float y, float size, float angle, SKColor color)
{
    using var paint = new SKPaint { Color = color };
    canvas.Save();
    canvas.Translate(x, y);
    canvas.RotateRadians(angle);
    canvas.DrawOval(0, 0, size, size * 0.5f, paint);
    canvas.Restore();
}

void Disc(float x, float y, float radius, SKColor color)
{
    using var paint = new SKPaint { Color = color, IsAntialias = true };
    canvas.DrawCircle(x, y, radius, paint);
}

void Line(float x, float y, float x2, float y2, float width, SKColor color)
{
    using var path = new SKPathBuilder();
    path.MoveTo(x, y);
    path.LineTo(x2, y2);
    Stroke(path, width, color);
}

void Stroke(SKPathBuilder builder, float width, SKColor color)
{
    using var paint = new SKPaint { Color = color, IsAntialias = true, IsStroke = true, StrokeWidth = width, StrokeJoin = SKStrokeJoin.Round, StrokeCap = SKStrokeCap.Round };
    using SKPath path = builder.Detach();
    canvas.DrawPath(path, paint);
}
