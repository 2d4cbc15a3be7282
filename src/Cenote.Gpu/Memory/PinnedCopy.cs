using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Copies between host and device through two pinned pieces in turn: while one travels, the other is filled or emptied.</summary>
internal static class PinnedCopy
{
    private const int PieceBytes = 4 << 20;

    public static void ToDevice<T>(GpuDevice device, ReadOnlySpan<T> source, MemoryBuffer target, CancellationToken cancellation)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(source);
        using Piece first = new(device, bytes.Length), second = new(device, bytes.Length);
        Piece piece = first, other = second;
        for (int done = 0; done < bytes.Length; (piece, other) = (other, piece))
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(piece.Length, bytes.Length - done);
            piece.Wait();
            bytes.Slice(done, count).CopyTo(piece.Memory.Span);
            (Piece full, int at) = (piece, done);
            device.Guard("copying", () => target.AsArrayView<byte>(at, count).CopyFrom(full.Stream, full.Memory.ArrayView.SubView(0, count)));
            done += count;
        }

        first.Wait();
        second.Wait();
    }

    public static void ToHost<T>(GpuDevice device, MemoryBuffer source, Span<T> target, CancellationToken cancellation)
        where T : unmanaged
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(target);
        using Piece first = new(device, bytes.Length), second = new(device, bytes.Length);
        Piece piece = first, other = second;
        int pending = 0, pendingCount = 0;
        for (int done = 0; done < bytes.Length; (piece, other) = (other, piece))
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(piece.Length, bytes.Length - done);
            (Piece next, int at) = (piece, done);
            device.Guard("copying", () => source.AsArrayView<byte>(at, count).CopyTo(next.Stream, next.Memory.ArrayView.SubView(0, count)));
            Empty(other, bytes.Slice(pending, pendingCount));
            (pending, pendingCount) = (done, count);
            done += count;
        }

        Empty(other, bytes.Slice(pending, pendingCount));
    }

    private static void Empty(Piece piece, Span<byte> target)
    {
        piece.Wait();
        piece.Memory.Span[..target.Length].CopyTo(target);
    }

    private sealed class Piece : IDisposable
    {
        private readonly GpuDevice _device;

        public Piece(GpuDevice device, int bytes)
        {
            (_device, Length) = (device, Math.Clamp(bytes, 1, PieceBytes));
            Stream = device.Guard("creating a stream", device.Accelerator.CreateStream);
            try
            {
                Memory = device.Guard("pinning memory", () => device.Accelerator.AllocatePageLocked1D<byte>(Length, uninitialized: true));
            }
            catch
            {
                device.Release(Stream);
                throw;
            }
        }

        public int Length { get; }

        public PageLockedArray1D<byte> Memory { get; }

        public AcceleratorStream Stream { get; }

        public void Wait() => _device.Guard("copying", Stream.Synchronize);

        public void Dispose()
        {
            _device.Release(Stream);
            _device.Release(Memory);
        }
    }
}
