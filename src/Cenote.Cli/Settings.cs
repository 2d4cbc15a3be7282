namespace Cenote.Cli;

/// <summary>The values of the options that every verb has.</summary>
/// <param name="DimsOption">The option that says how many axes are spatial.</param>
internal sealed record Settings(int Dims, string DimsOption, string? Layout, int Threads, bool Force, bool Quiet, bool Json)
{
    /// <summary>Where to pool; null where the user named no place.</summary>
    public PoolingDevice? Device { get; init; }

    public bool ChannelsLast => Layout == "nhwc";

    /// <exception cref="UserError">An option asks for what a picture has not.</exception>
    public void RefuseForPictures(string input)
    {
        if (Layout is not null) throw new UserError($"--layout is for arrays; {input} is a picture.");
        if (Dims != 2) throw new UserError($"{DimsOption} asks for {Dims} spatial axes; {input} is a picture and has 2.");
    }
}
