using System.Globalization;
using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Peers;
using Cenote.Benchmarks.Report;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Commands;

/// <summary>Reductions by the voxels of their input, beside OpenCV and beside the figures that tinybrain publishes.</summary>
internal static class ReductionReport
{
    private static readonly nint[] Image = [1, 4096, 4096], Picture = [3, 4096, 4096], Volume = [1, 256, 256, 256];

    public static void Write(TextWriter writer, int threads)
    {
        Machine.Write(writer);
        writer.WriteLine($"{Format.Threads(threads)}, images of 4096×4096 and volumes of 256×256×256, billions of input voxels a second. tinybrain's are its own figures on an Apple M1: another machine.");
        writer.WriteLine();
        var table = new MarkdownTable(writer, texts: 1, ["reduction", "ms", "Gvoxel/s", "pyramid / first level", "copy floor, ms", "of floor", "OpenCV, ms", "tinybrain, Gvoxel/s"]);
        Add<byte>(new BlockReduce2d(2) { MaxDegreeOfParallelism = threads }, Image, "uint8 mean 2×2", 3.86);
        Add<byte>(new BlockReduce3d(2) { MaxDegreeOfParallelism = threads }, Volume, "uint8 mean 2×2×2", 4.47);
        Add<byte>(new BlockReduce2d(2) { NoData = 0, MaxDegreeOfParallelism = threads }, Image, "uint8 mean 2×2, 0 is no data");
        Add<byte>(new BlockReduce3d(2) { NoData = 0, MaxDegreeOfParallelism = threads }, Volume, "uint8 mean 2×2×2, 0 is no data");
        Add<byte>(new BlockReduce2d(2) { MaxDegreeOfParallelism = threads }, Picture, "uint8 mean 2×2, RGB pixels", arePixels: true);
        Add<byte>(new BlockReduce2d(2, Reduction.Max) { MaxDegreeOfParallelism = threads }, Image, "uint8 max 2×2");
        Add<ushort>(new BlockReduce2d(2) { MaxDegreeOfParallelism = threads }, Image, "uint16 mean 2×2");
        Add<ushort>(new BlockReduce2d(2) { NoData = 0, MaxDegreeOfParallelism = threads }, Image, "uint16 mean 2×2, 0 is no data");
        Add<float>(new BlockReduce2d(2) { MaxDegreeOfParallelism = threads }, Image, "float32 mean 2×2");
        Add<float>(new BlockReduce2d(2) { IgnoreNaN = true, MaxDegreeOfParallelism = threads }, Image, "float32 mean 2×2, NaN is no data");
        Add<float>(new BlockReduce3d(2) { IgnoreNaN = true, MaxDegreeOfParallelism = threads }, Volume, "float32 mean 2×2×2, NaN is no data");

        void Add<T>(BlockReduce layer, nint[] shape, string name, double? tinybrain = null, bool arePixels = false)
            where T : unmanaged
        {
            using var level = new ReductionCall<T>(layer, shape, levels: 1, arePixels);
            using var pyramid = new ReductionCall<T>(layer, shape, levels: 5, arePixels);
            string type = typeof(T) == typeof(byte) ? "uint8" : typeof(T) == typeof(ushort) ? "uint16" : "float32";
            using Job? job = !arePixels && layer is BlockReduce2d { Method: Reduction.Mean, NoData: null, IgnoreNaN: false } ? new(new Row("", Operator.Average, [1, .. shape.Select(length => (long)length)], 2, 2), Layout.Nchw, Element.All.First(element => element.Name == type), threads) : null;
            using PeerCall? peer = job is null ? null : new OpenCvPeer().BindArea(job);
            using CopyFloor floor = new(level.Bytes / 2, threads), pyramidFloor = new(pyramid.Bytes / 2, threads);
            double[] seconds = Turns.Brief.Medians(peer is null ? [level, pyramid, floor, pyramidFloor] : [level, pyramid, floor, pyramidFloor, peer]);
            double voxels = shape.Aggregate(1.0, (product, length) => product * length);
            table.Add([name, Format.Milliseconds(seconds[0]), Format.Number(voxels / seconds[0] / 1e9), "", Format.Milliseconds(seconds[2]), Format.Ratio(seconds[0] / seconds[2]), Format.Milliseconds(peer is null ? null : seconds[4]), Format.Number(tinybrain)]);
            table.Add([$"{name}, five levels", Format.Milliseconds(seconds[1]), Format.Number(voxels / seconds[1] / 1e9), Format.Ratio(seconds[1] / seconds[0]), Format.Milliseconds(seconds[3]), Format.Ratio(seconds[1] / seconds[3]), "–", "–"]);
        }
    }
}
