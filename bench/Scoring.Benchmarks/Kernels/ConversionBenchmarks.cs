using BenchmarkDotNet.Attributes;
using Scoring.Kernels;

namespace Scoring.Benchmarks.Kernels;

public class ConversionBenchmarks
{
    private float[] _results = [];
    private float[] _floats = [];
    private Half[] _halves = [];
    private ushort[] _bfloats = [];
    private double[] _doubles = [];

    [Params(1000, 128_256, 8_000_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _floats = Logits.Normal(Count);
        _results = new float[Count];
        _halves = Array.ConvertAll(_floats, value => (Half)value);
        _bfloats = Array.ConvertAll(_floats, value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
        _doubles = Array.ConvertAll(_floats, value => (double)value);
    }

    [Benchmark(Baseline = true)]
    public void CopySingle() => _floats.AsSpan().CopyTo(_results);

    [Benchmark]
    public void FromHalf() => FloatConversion.FromHalf(_halves, _results);

    [Benchmark]
    public void FromBFloat16() => FloatConversion.FromBFloat16(_bfloats, _results);

    [Benchmark]
    public void FromDouble() => FloatConversion.FromDouble(_doubles, _results);
}
