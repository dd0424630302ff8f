using BenchmarkDotNet.Attributes;
using Scoring.Kernels;

namespace Scoring.Benchmarks.Kernels;

[MemoryDiagnoser]
public class SoftmaxBenchmarks : IDisposable
{
    private float[] _logits = [];
    private float[] _results = [];
    private int _classes;
    private OnnxPeer? _onnx;

    [Params("1x10", "1x1000", "128x10", "128x128", "128x1000", "64x32000", "1x128256", "8x1000000", "127x997")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        int[] shape = Array.ConvertAll(Shape.Split('x'), int.Parse);
        _classes = shape[1];
        _logits = Logits.Normal(shape[0] * _classes);
        _results = new float[_logits.Length];
        _onnx = new OnnxPeer(OnnxModel.Elementwise("Softmax", shape[0], _classes), _logits, ("y", _results));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _onnx?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public InvalidLogit? Ours() => Softmax.Compute(_logits, _classes, _results);

    [Benchmark]
    public InvalidLogit? OursTempered() => Softmax.Compute(_logits, _classes, _results, 1.3f);

    [Benchmark]
    public InvalidLogit? OursLog() => LogSoftmax.Compute(_logits, _classes, _results);

    [Benchmark]
    public InvalidLogit? OursSigmoid() => Sigmoid.Compute(_logits, _classes, _results);

    [Benchmark]
    public void TensorPrimitives() => TensorPrimitivesPeer.Softmax(_logits, _classes, _results);

    [Benchmark]
    public void OnnxRuntime() => _onnx!.Run();

    [Benchmark]
    public void Copy() => _logits.AsSpan().CopyTo(_results);
}
