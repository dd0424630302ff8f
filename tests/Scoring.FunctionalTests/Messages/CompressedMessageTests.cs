using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Scoring.FunctionalTests.Infrastructure;
using Scoring.FunctionalTests.OpenInference;

namespace Scoring.FunctionalTests.Messages;

/// <summary>A compressed message is whole and nothing else, or its call says what it is, whatever call it came by.</summary>
public sealed class CompressedMessageTests
{
    public static readonly string[] Methods =
    [
        "scoring.v1.ScoringService/Score",
        "scoring.v1.ScoringService/ScoreStream",
        "scoring.v1.ScoringService/Evaluate",
        "scoring.v1.ScoringService/Calibrate",
        "inference.GRPCInferenceService/ModelInfer",
        "inference.GRPCInferenceService/ModelStreamInfer",
    ];

    public static TheoryData<string, string> Calls()
    {
        var calls = new TheoryData<string, string>();
        foreach (var method in Methods)
        {
            calls.Add(method, "gzip");
            calls.Add(method, "deflate");
        }

        return calls;
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task What_is_whole_is_understood(string method, string encoding)
    {
        await using var server = await ScoringServer.StartAsync();
        Assert.Equal(("0", "", 1), await PostAsync(server, method, encoding, Pack(encoding, Message(method))));
    }

    [Fact]
    public async Task Many_streams_of_one_connection_may_send_them_at_a_time()
    {
        await using var server = await ScoringServer.StartAsync();
        using var calls = new RawCalls(server);
        var logits = Enumerable.Range(0, 5000).Select(i => MathF.Sin(i)).ToArray();
        var message = RawCalls.Message(1000, logits);
        // Each has room for what may become of it, of which a connection has four at a time.
        var streams = Enumerable.Range(0, 24).Select(async _ =>
        {
            var compressed = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
            using var stream = calls.Stream(compressed);
            for (var i = 0; i < 20; i++)
            {
                await stream.RequestStream.WriteAsync(message, TestContext.Current.CancellationToken);
                Assert.True(await stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            }
        });
        Assert.True(Pack("gzip", message).Length > 16 << 10);
        await Task.WhenAll(streams);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task What_is_not_whole_or_something_else_is_an_invalid_argument(string method, string encoding)
    {
        await using var server = await ScoringServer.StartAsync();
        var packed = Pack(encoding, Message(method));
        foreach (var (bytes, what) in new (byte[] Bytes, string What)[]
        {
            ([], $"is not {encoding}"),
            (packed[..^1], $"ends in the middle of its {encoding}"),
            (packed[..^5], $"ends in the middle of its {encoding}"),
            (packed[..12], $"ends in the middle of its {encoding}"),
            (packed[..1], $"ends in the middle of its {encoding}"),
            ([.. "This was never compressed, and is long enough."u8], $"is not {encoding}"),
        })
        {
            Assert.Equal(("3", $"a message of {bytes.Length} byte{(bytes.Length == 1 ? "" : "s")} {what}", 0), await PostAsync(
                server, method, encoding, bytes));
        }
    }

    [Fact]
    public async Task What_follows_a_whole_message_is_an_invalid_argument()
    {
        await using var server = await ScoringServer.StartAsync();
        foreach (var method in Methods)
        {
            var packed = Pack("gzip", Message(method));
            foreach (var more in new[] { 1, 100, 100_000 })
            {
                var (status, message, _) = await PostAsync(server, method, "gzip", [.. packed, .. new byte[more]]);
                Assert.Equal("3", status);
                Assert.EndsWith(" bytes has something after the end of its gzip", message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Gzip_files_one_after_another_are_one_message_as_their_standard_has_it()
    {
        await using var server = await ScoringServer.StartAsync();
        foreach (var method in Methods)
        {
            var message = Message(method);
            Assert.Equal(("0", "", 1), await PostAsync(server, method, "gzip", [.. Pack("gzip", message[..3]), .. Pack("gzip", message[3..])]));
        }
    }

    [Fact]
    public async Task An_encoding_that_nobody_knows_is_told_in_few_words_and_without_what_a_terminal_obeys()
    {
        using var log = new EverythingLogged();
        await using var server = await ScoringServer.StartAsync(builder => builder.Logging.AddProvider(log));
        var encoding = "\u0007" + new string('x', 12_000);
        var (status, message, _) = await PostAsync(server, "scoring.v1.ScoringService/ScoreStream", encoding, [7]);
        Assert.Equal("12", status);
        Assert.Equal($"a message is compressed, and grpc-encoding is '?{new string('x', 63)}…'; this service knows gzip and deflate", message);
        Assert.Contains(log.Lines, line => line.Contains("A stream is ended", StringComparison.Ordinal));
        Assert.All(log.Lines.Where(line => line.Contains("FailureLog", StringComparison.Ordinal)), line => Assert.InRange(line.Length, 0, 1000));
    }

    internal static Task<(string Status, string Message, int Answers)> PostAsync(ScoringServer server, string method, string encoding, byte[] packed)
    {
        var frame = RawCalls.Frame(packed);
        frame[0] = 1;
        return RawCalls.PostAsync(server, frame, encoding, method: method);
    }

    public static byte[] Message(string method) =>
        method.Contains("Inference", StringComparison.Ordinal) ? InferenceCalls.Request("softmax", 2, [1, 2], "scores").ToByteArray()
        : method.Contains("/Score", StringComparison.Ordinal) ? RawCalls.Message(2, 1, 2)
        : Evaluations.Message("softmax", 2, [1, 2], 1).ToByteArray();

    public static byte[] Pack(string encoding, byte[] message)
    {
        using var packed = new MemoryStream();
        using (Stream zip = encoding == "gzip" ? new GZipStream(
            packed, CompressionLevel.Fastest, leaveOpen: true) : new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(message);
        }

        return packed.ToArray();
    }
}
