using BenchmarkDotNet.Attributes;
using Scoring.Kernels;

namespace Scoring.Benchmarks.Kernels;

[MemoryDiagnoser]
public class SelectionBenchmarks : IDisposable
{
    private readonly int[] _indices = new int[128 * 256];
    private readonly float[] _values = new float[128 * 256];
    private int[] _one = [];
    private float[] _logits = [];
    private int _rows;
    private int _classes;
    private OnnxPeer? _onnxArgMax;
    private OnnxPeer? _onnxTopK;

    [Params("128x1000", "1x128256")]
    public string Shape { get; set; } = "";

    [Params(1, 5, 50, 256)]
    public int K { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        int[] shape = Array.ConvertAll(Shape.Split('x'), int.Parse);
        (_rows, _classes) = (shape[0], shape[1]);
        _one = new int[_rows];
        _logits = Logits.Normal(_rows * _classes);
        _onnxArgMax = new OnnxPeer(OnnxModel.ArgMax(_rows, _classes), _logits, ("y", new long[_rows]));
        _onnxTopK = new OnnxPeer(OnnxModel.TopK(_rows, _classes, K), _logits, ("values", new float[_rows * K]), ("indices", new long[_rows * K]));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _onnxArgMax?.Dispose();
        _onnxTopK?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public InvalidLogit? OursTopK() => TopK.Compute(_logits, _classes, K, _indices.AsSpan(0, _rows * K), _values.AsSpan(0, _rows * K));

    [Benchmark]
    public InvalidLogit? OursTopProbabilities() =>
        TopK.Probabilities(_logits, _classes, K, _indices.AsSpan(0, _rows * K), _values.AsSpan(0, _rows * K));

    [Benchmark]
    public void OnnxRuntimeTopK() => _onnxTopK!.Run();

    [Benchmark]
    public InvalidLogit? OursArgmax() => Argmax.Compute(_logits, _classes, _indices.AsSpan(0, _rows));

    [Benchmark]
    public void OnnxRuntimeArgMax() => _onnxArgMax!.Run();

    [Benchmark]
    public void TensorPrimitivesIndexOfMax() => TensorPrimitivesPeer.Argmax(_logits, _classes, _one);
}
