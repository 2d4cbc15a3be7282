namespace Cenote.Tests;

/// <summary>Squares of registers of every width, and of pairs of them: rows become columns.</summary>
public class TranspositionTests
{
    [Fact]
    public void Rows_become_columns()
    {
        Turn<Lanes128<byte>, byte>();
        Turn<Lanes256<byte>, byte>();
        Turn<Lanes512<byte>, byte>();
        Turn<Lanes128<short>, short>();
        Turn<Lanes256<short>, short>();
        Turn<Lanes512<short>, short>();
        Turn<Lanes128<float>, float>();
        Turn<Lanes256<float>, float>();
        Turn<Lanes512<float>, float>();
        Turn<Lanes512<double>, double>();
    }

    private static void Turn<TTap, T>()
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
    {
        Square<TTap, T>();
        Square<Pair<TTap, T>, T>();
        Square<Pair<Pair<TTap, T>, T>, T>();
    }

    private static unsafe void Square<TTap, T>()
        where T : unmanaged
        where TTap : unmanaged, IRegister<TTap, T>
    {
        int lanes = TTap.Count, all = lanes * lanes, room = (int)Transposition.Room<TTap, T>() + all;
        byte[] from = new byte[all * sizeof(T)], square = new byte[room * sizeof(T)], to = new byte[all * sizeof(T)];
        new Random(lanes).NextBytes(from);
        fixed (byte* rows = from, work = square, columns = to)
        {
            Transposition.Turn<TTap, T>((T*)rows, lanes, (T*)columns, lanes, (T*)work);
            Require();
            Array.Clear(to);
            from.CopyTo(square, 0);
            Transposition.Turn<TTap, T>((T*)work, (T*)columns);
            Require();
        }

        void Require()
        {
            for (int row = 0; row < lanes; row++)
                for (int column = 0; column < lanes; column++) Assert.Equal(from.AsSpan((row * lanes + column) * sizeof(T), sizeof(T)), to.AsSpan((column * lanes + row) * sizeof(T), sizeof(T)));
        }
    }
}
