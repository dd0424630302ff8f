using Microsoft.ML.OnnxRuntime;

namespace Scoring.Benchmarks.Kernels;

/// <summary>ONNX Runtime on one thread, with its inputs and outputs bound once to memory of ours.</summary>
internal sealed class OnnxPeer : IDisposable
{
    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _options = new();
    private readonly List<OrtValue> _values = [];

    public OnnxPeer(byte[] model, float[] input, params (string Name, Array Memory)[] outputs)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;
        _session = new InferenceSession(model, options);
        _binding = _session.CreateIoBinding();
        _binding.BindInput("x", Keep(OrtValue.CreateTensorValueFromMemory(input, Shape(_session.InputMetadata["x"]))));
        foreach ((string name, Array memory) in outputs)
        {
            long[] shape = Shape(_session.OutputMetadata[name]);
            _binding.BindOutput(
                name,
                Keep(memory is long[] indices
                    ? OrtValue.CreateTensorValueFromMemory(indices, shape)
                    : OrtValue.CreateTensorValueFromMemory((float[])memory, shape)));
        }
    }

    public void Run() => _session.RunWithBinding(_options, _binding);

    public void Dispose()
    {
        _values.ForEach(value => value.Dispose());
        _binding.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    private static long[] Shape(NodeMetadata metadata) => Array.ConvertAll(metadata.Dimensions, size => (long)size);

    private OrtValue Keep(OrtValue value)
    {
        _values.Add(value);
        return value;
    }
}
