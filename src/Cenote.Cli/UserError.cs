namespace Cenote.Cli;

/// <summary>Something the user can mend: one line that names the option or file, the value and what is allowed.</summary>
internal sealed class UserError(string message) : Exception(message);
