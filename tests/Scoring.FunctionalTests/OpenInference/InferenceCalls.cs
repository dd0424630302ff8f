using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Inference;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.OpenInference;

/// <summary>A client of the protocol with nothing but the generated stub, and the parts of its messages.</summary>
internal sealed class InferenceCalls(ScoringServer server) : IDisposable
{
    private readonly RawCalls _calls = new(server);

    public GRPCInferenceService.GRPCInferenceServiceClient Client => field ??= new(_calls.Channel);

    /// <summary>Sends whatever bytes to a method of the service, and tells those that come back.</summary>
    public async Task<byte[]> SendAsync(string method, byte[] message) => await _calls.Channel.CreateCallInvoker().AsyncUnaryCall(
        new Method<byte[], byte[]>(MethodType.Unary, "inference.GRPCInferenceService", method, RawCalls.Bytes, RawCalls.Bytes),
        null,
        new CallOptions(cancellationToken: TestContext.Current.CancellationToken),
        message);

    public static ModelInferRequest Request(string model, int classes, float[] logits, params string[] outputs)
    {
        var request = new ModelInferRequest { ModelName = model, Id = "a message" };
        request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor { Name = "logits", Datatype = "FP32" });
        request.Inputs[0].Shape.Add([logits.Length / classes, classes]);
        request.RawInputContents.Add(Raw(logits));
        request.Outputs.AddRange(outputs.Select(output => new ModelInferRequest.Types.InferRequestedOutputTensor { Name = output }));
        return request;
    }

    public static ByteString Raw<T>(T[] elements)
        where T : unmanaged => ByteString.CopyFrom(MemoryMarshal.AsBytes(elements.AsSpan()));

    public static T[] Output<T>(ModelInferResponse response, string name)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(RawOutput(response, name).Span).ToArray();

    /// <summary>The elements of an output of BYTES.</summary>
    public static string[] Texts(ModelInferResponse response, string name)
    {
        var raw = RawOutput(response, name).Span;
        var texts = new List<string>();
        while (!raw.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(raw);
            texts.Add(Encoding.UTF8.GetString(raw.Slice(sizeof(int), length)));
            raw = raw[(sizeof(int) + length)..];
        }

        return [.. texts];
    }

    /// <summary>The name, type and shape of each output.</summary>
    public static IEnumerable<string> Describe(ModelInferResponse response) =>
        response.Outputs.Select(output => $"{output.Name} {output.Datatype} [{string.Join(", ", output.Shape)}]");

    public void Dispose() => _calls.Dispose();

    private static ByteString RawOutput(ModelInferResponse response, string name)
    {
        Assert.Equal(response.Outputs.Count, response.RawOutputContents.Count);
        return response.RawOutputContents[response.Outputs.Select(output => output.Name).ToList().IndexOf(name)];
    }
}
