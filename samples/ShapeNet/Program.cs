using System.Diagnostics;
using ShapeNet.Data;
using ShapeNet.Experiment;
using ShapeNet.Training;
var w = Stopwatch.StartNew();
GradientCheck.Run();
Console.WriteLine($"gradients ok {w.Elapsed.TotalSeconds:0.0} s");
if (args.Length == 0) { foreach (var v in Variant.All) { var c = Cost.Of(v); Console.WriteLine(v.Name); foreach (var x in c) Console.WriteLine($"   {x.Stage} {x.Maps} {x.Parameters} {x.MultiplyAdds} {x.Forward*1e6:0.0} {x.Backward*1e6:0.0}"); Console.WriteLine($"{c.Sum(x=>x.Forward)*1e6:0} {c.Sum(x=>x.Backward)*1e6:0}"); } return; }
int epochs = int.Parse(args[0]), seeds = int.Parse(args[1]), n = int.Parse(args[2]);
var sets = new (string, DataSet)[] { ("test", DataSet.Draw(1000, 999, Disturbance.None)) }
  .Concat(new[]{1f,2,3,4,5,6}.Select(s => ($"s{s}", DataSet.Draw(400, 999, new(Shift: s)))))
  .Concat(new[]{0,.1f,.3f,.4f,.5f,.6f,.8f}.Select(s => ($"n{s}", DataSet.Draw(400, 999, new(Noise: s)))))
  .Concat(new[]{0f,15,30,45}.Select(s => ($"r{s}", DataSet.Draw(400, 999, new(Degrees: s))))).ToArray();
Console.WriteLine($"data {w.Elapsed.TotalSeconds:0.0} s");
var jobs = (from v in Variant.All from s in Enumerable.Range(1, seeds) select (v, s)).ToArray();
Parallel.ForEach(jobs, new ParallelOptions { MaxDegreeOfParallelism = 2 }, job =>
{
    var t = Stopwatch.StartNew();
    var train = DataSet.Draw(n, job.s, Disturbance.None);
    var net = job.v.Build(job.s);
    double loss = Trainer.Train(net, train, epochs, new Random(job.s));
    double tt = t.Elapsed.TotalSeconds;
    var acc = string.Join(" ", sets.Select(s => $"{s.Item1} {100 * Trainer.Accuracy(net, s.Item2):0}"));
    Console.WriteLine($"{job.v.Name,-22} {job.s} loss {loss:0.000} train {100 * Trainer.Accuracy(net, train):0.0} {acc}  {tt:0.0}s {t.Elapsed.TotalSeconds:0.0}s");
});
Console.WriteLine($"all {w.Elapsed.TotalSeconds:0.0} s");
