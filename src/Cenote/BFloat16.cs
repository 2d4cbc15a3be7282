namespace Cenote;

internal static class Placeholder;
