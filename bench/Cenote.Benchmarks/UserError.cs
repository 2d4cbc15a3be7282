namespace Cenote.Benchmarks;

/// <summary>Something the user can mend, in one line.</summary>
internal sealed class UserError(string message) : Exception(message);
