using System.Text.Json;
using Grpc.Core;
using Scoring.Protocol;

namespace Scoring.Client.Tests.Cases;

/// <summary>
/// One case of <c>tests/clients/cases.json</c>, which the clients for all languages play; the README beside it tells what the fields mean.
/// </summary>
internal sealed class ClientCase(JsonElement fields)
{
    private static readonly JsonElement[] All = [.. Read("cases.json").EnumerateArray()];

    public static IEnumerable<string> Names => All.Select(fields => fields.GetProperty("name").GetString()!);

    public bool IsStream => fields.GetProperty("rpc").GetString() == "stream";

    public int Messages => Number(fields, "messages", 1);

    public int Logits => Number(fields, "logits", 3);

    public int SilentConnections => Number(fields, "silent_connections", 0);

    /// <summary>Variables that are set while the client is made and used.</summary>
    public IReadOnlyDictionary<string, string> Environment =>
        fields.TryGetProperty("environment", out var variables) ? variables.Deserialize<Dictionary<string, string>>()! : [];

    /// <summary>None for the scores alone.</summary>
    public OutputSet Outputs => fields.TryGetProperty("outputs", out var outputs)
        ? outputs.EnumerateArray().Aggregate(OutputSet.None, (all, name) => all | Output(name.GetString()))
        : OutputSet.None;

    /// <summary>What the source does after its messages; null where it ends.</summary>
    public string? Source => fields.TryGetProperty("source", out var source) ? source.GetString() : null;

    public int CancelAfter => Number(fields, "cancel_after", int.MaxValue);

    /// <summary>The steps of each call.</summary>
    public IReadOnlyList<JsonElement[]> Calls => [.. fields.GetProperty("calls").EnumerateArray().Select(steps => steps.EnumerateArray().ToArray())];

    public JsonElement Expected => fields.GetProperty("expect");

    public static ClientCase Named(string name) => new(All.Single(fields => fields.GetProperty("name").GetString() == name));

    /// <summary>One that C# alone has.</summary>
    public static ClientCase Of(string json) => new(JsonDocument.Parse(json).RootElement);

    public static int Number(JsonElement of, string name, int otherwise) => of.TryGetProperty(name, out var value) ? value.GetInt32() : otherwise;

    public static StatusCode Code(JsonElement of) => TryCode(of, out var code) ? code : throw new FormatException($"{of} has no status code");

    public static bool TryCode(JsonElement of, out StatusCode code) =>
        Enum.TryParse(of.GetProperty("code").GetString()!.Replace("_", string.Empty, StringComparison.Ordinal), ignoreCase: true, out code);

    public static JsonElement Read(string file) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "clients", file))).RootElement;

    private static OutputSet Output(string? name) => name switch
    {
        "scores" => OutputSet.Scores,
        "top_k" => OutputSet.TopK,
        "labels" => OutputSet.Labels,
        _ => throw new NotSupportedException($"this client has no output {name}"),
    };

    public ScoringClientOptions Options()
    {
        var options = new ScoringClientOptions();
        if (!fields.TryGetProperty("options", out var given))
        {
            return options;
        }

        foreach (var option in given.EnumerateObject())
        {
            var value = option.Value.GetInt32();
            var time = TimeSpan.FromMilliseconds(value);
            switch (option.Name)
            {
                case "max_in_flight_messages": options.MaxInFlightMessages = value; break;
                case "max_in_flight_bytes": options.MaxInFlightBytes = value; break;
                case "patience_ms": options.StreamPatience = time; break;
                case "connect_timeout_ms": options.ConnectTimeout = time; break;
                // .NET has no shorter ones.
                case "keep_alive_delay_ms": options.KeepAliveDelay = time.TotalSeconds < 1 ? TimeSpan.FromSeconds(1) : time; break;
                case "keep_alive_timeout_ms": options.KeepAliveTimeout = time.TotalSeconds < 1 ? TimeSpan.FromSeconds(1) : time; break;
                case "progress_timeout_ms": options.ProgressTimeout = time; break;
                case "call_timeout_ms": options.CallTimeout = time; break;
                case "max_attempts": options.MaxAttempts = value; break;
                default: throw new NotSupportedException($"this client has no option {option.Name}");
            }
        }

        return options;
    }
}
