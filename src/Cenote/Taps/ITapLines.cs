namespace Cenote;

/// <summary>A pick on registers: the taps of a row of windows lie in lines, of each window one lane.</summary>
/// <typeparam name="T">A tap as it lies in memory; floating-point numbers as integers of the same width.</typeparam>
/// <typeparam name="TTap">A register of taps.</typeparam>
internal unsafe interface ITapLines<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>Windows of more taps are not worth lines.</summary>
    long MostTaps { get; }

    /// <summary>Whether lines hold the taps as they lie in memory, and none of them is watched: what is spread anyway need not be copied before.</summary>
    static abstract bool KeepsTaps { get; }

    TTap Lift(TTap taps);

    /// <summary>Notes taps that the lines cannot handle.</summary>
    TTap Watch(TTap watch, TTap taps);

    bool Alarms(TTap watch);

    /// <summary>Whether values can stand for the taps of columns outside the input, so that they change no output.</summary>
    bool FillsMissing { get; }

    /// <summary>Fills a column of taps outside the input, after <see cref="Prepare"/>.</summary>
    /// <param name="column">Its element in the first row.</param>
    /// <param name="pitch">From one row to the next, in elements.</param>
    /// <param name="rows">How many.</param>
    /// <param name="columns">The taps of a window's row.</param>
    /// <param name="number">How many columns of the windows that read it lie outside up to this one: the one next to the input is the first.</param>
    /// <param name="count">The elements of a row that are filled.</param>
    void FillMissing(T* column, long pitch, long rows, long columns, long number, long count);

    /// <summary>Copies the rows of the input that the windows read into lines, and prepares for all windows at once what is above each other.</summary>
    /// <param name="from">The rows.</param>
    /// <param name="rows">How many.</param>
    /// <param name="columns">The taps of a window's row.</param>
    /// <param name="lines">The first of the lines.</param>
    /// <param name="pitch">From one line to the next, in elements.</param>
    /// <param name="count">The elements of a row; behind a line is room for a block of registers.</param>
    /// <returns>What was noted of the taps.</returns>
    TTap Prepare(T** from, long rows, long columns, T* lines, long pitch, long count);

    /// <summary>Writes the outputs.</summary>
    /// <param name="taps">For each tap of the window, row by row, its line.</param>
    /// <param name="rows">The rows of a window.</param>
    /// <param name="columns">The taps of a row.</param>
    /// <param name="work">Room for a block of registers per tap.</param>
    /// <param name="output">Where the outputs go.</param>
    /// <param name="count">How many there are.</param>
    void Finish(T** taps, long rows, long columns, T* work, T* output, long count);
}
