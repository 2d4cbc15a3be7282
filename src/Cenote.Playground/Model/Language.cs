namespace Cenote.Playground;

/// <summary>The language of the page: each text stands where it is used, in both.</summary>
public sealed record Language(bool IsChinese)
{
    public string this[string english, string chinese] => IsChinese ? chinese : english;

    public string Code => IsChinese ? "zh" : "en";
}
