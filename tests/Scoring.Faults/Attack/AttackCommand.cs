using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;

namespace Scoring.Faults.Attack;

/// <summary>The attack itself, a process of its own, so that it can be killed. It tells each second what it has done, until its input ends.</summary>
internal static class AttackCommand
{
    public const string Name = "attacker";

    private const int Rows = 4;

    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(1);

    /// <param name="address">Of the server.</param>
    /// <param name="streams">How many streams.</param>
    /// <param name="connections">Over how many connections.</param>
    /// <param name="megabytes">Of each message.</param>
    public static async Task<int> RunAsync(string address, string streams, string connections, string megabytes)
    {
        var frame = Frame(int.Parse(megabytes, CultureInfo.InvariantCulture));
        var clients = Enumerable.Range(0, int.Parse(connections, CultureInfo.InvariantCulture)).Select(_ => Connect(address)).ToArray();
        var all = Enumerable.Range(0, int.Parse(streams, CultureInfo.InvariantCulture))
            .Select(i => new AttackStream(clients[i % clients.Length], Kind(i % clients.Length, i / clients.Length), frame, new Random(i))).ToArray();
        using var stop = new CancellationTokenSource();
        var running = Task.WhenAll(all.Select(stream => Task.Run(() => stream.RunAsync(stop.Token))));
        // The console's reader has nothing that does not block.
        var inputEnds = Task.Run(Console.In.ReadLine);
        while (await Task.WhenAny(inputEnds, running, Task.Delay(TellEvery)) is var first && first != inputEnds)
        {
            Console.WriteLine($"{all.Sum(stream => stream.Opened)} {all.Sum(stream => stream.Messages)} {all.Sum(stream => stream.Bytes)}");
            if (first == running)
            {
                await running;
            }
        }

        // Nothing is ended in order: what is open is left to the system.
        return 0;
    }

    /// <summary>Half of the connections have streams of one kind each, and the others have them mixed.</summary>
    private static AttackKind Kind(int connection, int stream) => (AttackKind)((connection % 8 < 4 ? connection : stream) % 4);

    private static HttpClient Connect(string address) => new(new SocketsHttpHandler { EnableMultipleHttp2Connections = false })
    {
        BaseAddress = new Uri(address),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>A valid message of about so many megabytes.</summary>
    private static byte[] Frame(int megabytes)
    {
        var classes = megabytes * 1_000_000 / sizeof(float) / Rows;
        var request = new V1.ScoreRequest { Classes = (uint)classes };
        request.Logits.AddRange(Enumerable.Range(0, Rows * classes).Select(i => (i % 21) - 10f));
        byte[] frame = [0, 0, 0, 0, 0, .. request.ToByteArray()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - 5);
        return frame;
    }
}
