using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Scoring.Client;

namespace Scoring.Faults.Proxies;

/// <summary>
/// What becomes of calls that the service ends before their client does, through whatever is between them: the status that gRPC's client has of them,
/// and no other. The service behind the address has a limit of 64 KiB for a message.
/// </summary>
internal static class EndsCommand
{
    private const int Times = 40;
    private const int MoreThanAMessage = 100_000;
    private const int LongName = 40_000;

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    private static readonly V1.ScoreRequest Good = new() { Classes = 2, Logits = { 3, 3 } };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static DateTime Deadline => (TimeProvider.System.GetUtcNow() + Patience).UtcDateTime;

    public static async Task<int> RunAsync(string address)
    {
        using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxSendMessageSize = null });
        var calls = channel.CreateCallInvoker();
        Console.WriteLine("| a call that ends | times | is to end with | ended with |");
        Console.WriteLine("|---|---|---|---|");
        var isGood = await TellAsync("by what is no message, after an answer", "InvalidArgument", _ => StreamAsync(calls, [0xff, 0xff, 0xff]));
        isGood &= await TellAsync(
            "by what is too large a message, after an answer", "ResourceExhausted", _ => StreamAsync(calls, new byte[MoreThanAMessage]));
        isGood &= await TellAsync("by a request with a long name, before an answer", "NotFound", _ => CallAsync(calls));
        isGood &= await TellAsync("by nothing: one message of ten names no head", "9 scored, NotFound", _ => ScoreAsync(address));
        return isGood ? 0 : 1;
    }

    private static async Task<bool> TellAsync(string what, string expected, Func<int, Task<string>> call)
    {
        var ends = new SortedDictionary<string, int>();
        for (var i = 0; i < Times; i++)
        {
            var end = await call(i);
            ends[end] = ends.GetValueOrDefault(end) + 1;
        }

        Console.WriteLine($"| {what} | {Times} | {expected} | {string.Join(", ", ends.Select(end => $"{end.Value} × {end.Key}"))} |");
        return ends.Count == 1 && ends.ContainsKey(expected);
    }

    private static async Task<string> StreamAsync(CallInvoker calls, byte[] last)
    {
        using var call = calls.AsyncDuplexStreamingCall(
            new Method<byte[], byte[]>(MethodType.DuplexStreaming, "scoring.v1.ScoringService", "ScoreStream", Bytes, Bytes),
            null,
            new CallOptions(deadline: Deadline));
        await call.RequestStream.WriteAsync(Good.ToByteArray());
        if (!await call.ResponseStream.MoveNext())
        {
            return "no answer";
        }

        // Whoever writes to a call that is over is told so; what it ended with is told to whoever reads.
        await call.RequestStream.WriteAsync(last).ContinueWith(_ => { }, TaskScheduler.Default);
        return await EndAsync(() => call.ResponseStream.MoveNext());
    }

    private static Task<string> CallAsync(CallInvoker calls)
    {
        var request = new V1.ScoreRequest(Good) { Head = new string('h', LongName) };
        return EndAsync(async () =>
        {
            await new V1.ScoringService.ScoringServiceClient(calls).ScoreAsync(request, deadline: Deadline);
            return true;
        });
    }

    private static async Task<string> EndAsync(Func<Task<bool>> next)
    {
        try
        {
            return await next() ? "an answer" : "OK";
        }
        catch (RpcException exception)
        {
            return exception.StatusCode.ToString();
        }
    }

    private static async Task<string> ScoreAsync(string address)
    {
        await using var client = ScoringClient.Connect(address);
        using var patience = new CancellationTokenSource(Patience);
        List<string> errors = [];
        var scored = 0;
        await foreach (var result in client.ScoreStreamAsync(RequestsAsync(), patience.Token))
        {
            if (result.Error is { } error)
            {
                errors.Add(error.Code.ToString());
            }
            else
            {
                scored++;
            }

            result.Dispose();
        }

        return $"{scored} scored, {string.Join(", ", errors)}";
    }

    private static async IAsyncEnumerable<ScoreRequest> RequestsAsync()
    {
        for (var i = 0; i < 10; i++)
        {
            yield return new ScoreRequest { Head = i == 5 ? "guess" : string.Empty, Classes = 2, Logits = new float[] { 3, 3 } };
            await Task.Yield();
        }
    }
}
