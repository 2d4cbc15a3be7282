namespace Cenote;

/// <summary>A pick on registers: the taps of a row of windows lie in lines, of each window one lane.</summary>
/// <typeparam name="T">A tap as it lies in memory; floating-point numbers as integers of the same width.</typeparam>
/// <typeparam name="TTap">A register of taps.</typeparam>
internal unsafe interface ITapLines<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>Windows of more taps are not worth lines.</summary>
    static abstract long MostTaps { get; }

    /// <summary>Whether lines hold the taps as they lie in memory, whatever they are: what is spread anyway need not be copied before.</summary>
    static virtual bool KeepsTaps => true;

    /// <summary>Whether values can stand for the taps of columns outside the input, so that they change no output.</summary>
    static virtual bool FillsMissing => true;

    /// <summary>What stands for a tap of a column outside the input, after <see cref="Prepare"/>; of those that fill.</summary>
    /// <param name="row">Its row in the window; any other row with the same remainder will do, for it is no matter in which order they come.</param>
    /// <param name="rows">The rows of a window.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="number">How many columns of the windows that read it lie outside up to this one: the one next to the input is the first.</param>
    static virtual T Missing(long row, long rows, long columns, long number) => throw new NotSupportedException();

    /// <summary>Copies the rows of the input that the windows read into lines, and prepares for all windows at once what is above each other.</summary>
    /// <param name="from">The rows.</param>
    /// <param name="rows">How many.</param>
    /// <param name="columns">The taps of a window's row.</param>
    /// <param name="lines">The first of the lines.</param>
    /// <param name="pitch">From one line to the next, in elements.</param>
    /// <param name="count">The elements of a row; behind a line is room for a block of registers.</param>
    /// <returns>False where there are taps that the lines cannot handle.</returns>
    static virtual bool Prepare(T** from, long rows, long columns, T* lines, long pitch, long count)
    {
        for (long row = 0; row < rows; row++) Buffer.MemoryCopy(from[row], lines + row * pitch, count * sizeof(T), count * sizeof(T));
        return true;
    }

    /// <summary>Writes the outputs.</summary>
    /// <param name="taps">For each tap of the window, row by row, its line.</param>
    /// <param name="rows">The rows of a window.</param>
    /// <param name="columns">The taps of a row.</param>
    /// <param name="work">Room for a block of registers per tap.</param>
    /// <param name="output">Where the outputs go.</param>
    /// <param name="count">How many there are.</param>
    static abstract void Finish(T** taps, long rows, long columns, T* work, T* output, long count);
}
