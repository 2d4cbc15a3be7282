namespace Cenote.Gpu;

/// <summary>What windows give to their taps: of packs, each channel's to its own.</summary>
internal interface IGradientShare<TSum, TIndex>
    where TSum : unmanaged
    where TIndex : unmanaged
{
    /// <summary>Whether windows chose one of their taps.</summary>
    static abstract bool Chooses { get; }

    /// <summary>To every tap that gets it.</summary>
    TSum Of(TSum gradient, long divisor);

    /// <summary>Of it, what a tap gets.</summary>
    TSum To(TSum given, TIndex index, int tap);
}

/// <summary>Of an average: the gradient over the divisor, to every tap.</summary>
internal readonly struct EvenShare : IGradientShare<float, byte>, IGradientShare<double, byte>
{
    public static bool Chooses => false;

    public float Of(float gradient, long divisor) => gradient / divisor;

    public double Of(double gradient, long divisor) => gradient / divisor;

    public float To(float given, byte index, int tap) => given;

    public double To(double given, byte index, int tap) => given;
}

/// <summary>Two channels' averages.</summary>
internal readonly struct EvenTwin<TSum, TShare>(TShare share) : IGradientShare<Twin<TSum>, byte>
    where TSum : unmanaged
    where TShare : unmanaged, IGradientShare<TSum, byte>
{
    public static bool Chooses => false;

    public Twin<TSum> Of(Twin<TSum> gradient, long divisor) => new() { A = share.Of(gradient.A, divisor), B = share.Of(gradient.B, divisor) };

    public Twin<TSum> To(Twin<TSum> given, byte index, int tap) => given;
}

/// <summary>Four channels' averages.</summary>
internal readonly struct EvenQuad<TSum, TShare>(TShare share) : IGradientShare<Quad<TSum>, byte>
    where TSum : unmanaged
    where TShare : unmanaged, IGradientShare<TSum, byte>
{
    public static bool Chooses => false;

    public Quad<TSum> Of(Quad<TSum> gradient, long divisor) => new() { A = share.Of(gradient.A, divisor), B = share.Of(gradient.B, divisor), C = share.Of(gradient.C, divisor), D = share.Of(gradient.D, divisor) };

    public Quad<TSum> To(Quad<TSum> given, byte index, int tap) => given;
}

/// <summary>Of maxima: the whole gradient, to the chosen tap; the numbers of channels side by side are the bytes of one.</summary>
internal readonly struct PickedShare : IGradientShare<float, byte>, IGradientShare<float, ushort>, IGradientShare<float, uint>, IGradientShare<double, byte>, IGradientShare<double, ushort>, IGradientShare<double, uint>, IGradientShare<Twin<double>, ushort>, IGradientShare<Quad<float>, uint>, IGradientShare<Quad<Twin<float>>, Twin<uint>>
{
    public static bool Chooses => true;

    public float Of(float gradient, long divisor) => gradient;

    public double Of(double gradient, long divisor) => gradient;

    public Twin<double> Of(Twin<double> gradient, long divisor) => gradient;

    public Quad<float> Of(Quad<float> gradient, long divisor) => gradient;

    public Quad<Twin<float>> Of(Quad<Twin<float>> gradient, long divisor) => gradient;

    public float To(float given, byte index, int tap) => index == tap ? given : 0;

    public float To(float given, ushort index, int tap) => index == tap ? given : 0;

    public float To(float given, uint index, int tap) => index == (uint)tap ? given : 0;

    public double To(double given, byte index, int tap) => index == tap ? given : 0;

    public double To(double given, ushort index, int tap) => index == tap ? given : 0;

    public double To(double given, uint index, int tap) => index == (uint)tap ? given : 0;

    public Twin<double> To(Twin<double> given, ushort index, int tap) => new() { A = To(given.A, (byte)index, tap), B = To(given.B, (byte)(index >> 8), tap) };

    public Quad<float> To(Quad<float> given, uint index, int tap) => new()
    {
        A = To(given.A, (byte)index, tap),
        B = To(given.B, (byte)(index >> 8), tap),
        C = To(given.C, (byte)(index >> 16), tap),
        D = To(given.D, (byte)(index >> 24), tap),
    };

    public Quad<Twin<float>> To(Quad<Twin<float>> given, Twin<uint> index, int tap)
    {
        Quad<float> a = To(new Quad<float> { A = given.A.A, B = given.A.B, C = given.B.A, D = given.B.B }, index.A, tap), b = To(new Quad<float> { A = given.C.A, B = given.C.B, C = given.D.A, D = given.D.B }, index.B, tap);
        return new() { A = new() { A = a.A, B = a.B }, B = new() { A = a.C, B = a.D }, C = new() { A = b.A, B = b.B }, D = new() { A = b.C, B = b.D } };
    }
}
