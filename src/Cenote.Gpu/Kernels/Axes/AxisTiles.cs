using System.Numerics;

namespace Cenote.Gpu;

/// <summary>How an axis is cut into tiles for <see cref="AxisTileKernel{TFrom, T, TState, TReducer, TStateOf}"/>.</summary>
/// <param name="Lines">Lines of a tile.</param>
/// <param name="Blocks">Blocks of a tile, of a window's length each.</param>
/// <param name="Tiles">Tiles along the axis.</param>
internal sealed record AxisTiles(int Lines, int Blocks, int Tiles)
{
    /// <summary>With fewer blocks a tile reads too much twice; with so many, wider rows of it are worth more.</summary>
    private const int FewestBlocks = 4, ManyBlocks = 9;

    /// <summary>Bytes side by side of which a tile has rows: a line of a cache, a half, and the least that memory moves.</summary>
    private static readonly int[] Rows = [128, 64, 32];

    /// <summary>The tiles of an axis with so many elements inside it; none where a window does not fit a tile.</summary>
    public static AxisTiles? Of(AxisPlan axis, long inner, int stateBytes, int groupSize)
    {
        long extent = (axis.OutputLength - 1) * axis.Stride + 1, needed = (extent + axis.Kernel - 1) / axis.Kernel + 1, room = AxisTileWalk.SharedPacks * 16 / 2 / stateBytes;
        if (inner == 1) return Create(1);
        AxisTiles? tiles = null;
        foreach (int bytes in Rows)
        {
            int lanes = Math.Max(1, bytes / stateBytes);
            while (lanes >= 2 * inner) lanes /= 2;
            if (lanes > groupSize) continue;
            tiles = Create(lanes) ?? tiles;
            if (tiles is not null && (tiles.Blocks == needed || tiles.Blocks >= ManyBlocks)) break;
        }

        return tiles;

        AxisTiles? Create(int lines)
        {
            long blocks = Math.Min(needed, room / lines / (axis.Kernel | 1)), span = (blocks - 1) * axis.Kernel;
            if (blocks < Math.Min(needed, FewestBlocks) || axis.Before + axis.InputLength + axis.After + axis.Kernel + span > int.MaxValue) return null;
            if (inner == 1) lines = (int)(room / (blocks * (axis.Kernel | 1)));
            return new(lines, (int)blocks, (int)((extent + span - 1) / span));
        }
    }

    /// <summary>The walk over some lines outside the axis, and the groups it takes.</summary>
    public (AxisTileWalk Walk, long Groups) Walk(AxisWalk axis, long outers, int groupSize)
    {
        bool rows = axis.Inner.Divisor == 1;
        int kernel = axis.Axis.Kernel, block = kernel | 1, lines = Lines, positions = Blocks * kernel, beside = rows ? 1 : (axis.Inner.Divisor + lines - 1) / lines;
        var walk = new AxisTileWalk
        {
            Axis = axis,
            Tiles = new(Tiles),
            Beside = new(beside),
            Kernel = new(kernel),
            Blocks = new(Blocks),
            Lines = lines,
            AllLines = rows ? outers : axis.Inner.Divisor,
            AreRows = rows ? 1 : 0,
            FastBits = BitOperations.Log2(rows ? Math.Min(BitOperations.RoundUpToPowerOf2((uint)positions), (uint)groupSize) : (uint)lines),
            NextPosition = rows ? 1 : lines,
            NextLine = rows ? Blocks * block : 1,
            NextBlock = rows ? block : block * lines,
            Begins = Blocks * block * lines,
        };
        return (walk, (rows ? (outers + lines - 1) / lines : outers) * beside * Tiles);
    }
}
