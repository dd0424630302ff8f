using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Scoring.Cli.Files;
using Scoring.Client;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.Cli.Score;

/// <summary>One run of <c>scoring score</c>: finds the service, opens both files, scores, and says how it went.</summary>
internal sealed class ScoreJob
{
    private const string Unix = "unix:";

    public required string Input { get; init; }

    public required string Output { get; init; }

    public required string Head { get; init; }

    /// <summary>Null for a service within this process.</summary>
    public string? Server { get; init; }

    /// <summary>Null for the head's.</summary>
    public float? Temperature { get; init; }

    public NonFinite NonFinite { get; init; }

    /// <summary>Bytes of logits in one message, at most, as long as a row is not larger.</summary>
    public int MessageBytes { get; init; }

    /// <summary>Settings of the service within this process.</summary>
    public IReadOnlyList<string> Configuration { get; init; } = [];

    public static bool IsKnownOutput(string? path) =>
        path is not null && (path == LogitReader.StandardStream || IsNpy(path) || path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase));

    public static bool IsKnownServer(string? server) =>
        server is null
        || (server.StartsWith(Unix + '/', StringComparison.OrdinalIgnoreCase) && server.Length > Unix.Length + 1)
        || (Uri.TryCreate(server, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https");

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var input = await LogitReader.OpenAsync(Input, cancellationToken).ConfigureAwait(false);
        await using var embedded = Server is null ? await EmbeddedService.StartAsync(Configuration, cancellationToken).ConfigureAwait(false) : null;
        await using var client = ScoringClient.Connect(Server ?? embedded!.Address);

        var service = await ListHeadsAsync(client, cancellationToken).ConfigureAwait(false);
        var head = ScoreHead.Find(service, Head, input);
        var rowsPerMessage = RowsPerMessage(input, service.Limits);

        using var output = OutputFile.Open(Output);
        ScoreWriter writer = IsNpy(Output)
            ? new NpyScoreWriter(output.Stream, input.Classes)
            : new CsvScoreWriter(output.Stream, head.Columns);
        var template = new ScoreRequest { Head = Head, Classes = input.Classes, Temperature = Temperature, NonFinite = NonFinite };
        var scorer = new FileScorer(client, input, writer, template, rowsPerMessage);

        var started = Stopwatch.GetTimestamp();
        try
        {
            await ScoreProgress.ShowAsync(input, progress => scorer.RunAsync(progress, cancellationToken)).ConfigureAwait(false);
        }
        catch (ScoringException exception) when (exception.Error.Code == StatusCode.Unavailable)
        {
            throw new IOException($"lost {Server ?? "the service"} after {scorer.Rows} rows: {CommandRunner.Explain(exception)}", exception);
        }

        writer.Complete();
        output.Commit();
        Report(scorer, input.Classes, Stopwatch.GetElapsedTime(started));
    }

    private static bool IsMissingSocket(string? server) =>
        server?.StartsWith(Unix, StringComparison.OrdinalIgnoreCase) == true && !File.Exists(server[Unix.Length..]);

    private static bool IsNpy(string path) => path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase);

    private async Task<ListHeadsResponse> ListHeadsAsync(ScoringClient client, CancellationToken cancellationToken)
    {
        try
        {
            return await client.ListHeadsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ScoringException exception) when (exception.Error.Code == StatusCode.Unavailable)
        {
            var why = IsMissingSocket(Server) ? "there is no such socket" : CommandRunner.Explain(exception);
            throw new IOException($"cannot reach {Server ?? "the service"}: {why}", exception);
        }
    }

    private int RowsPerMessage(LogitReader input, Limits limits)
    {
        // The fields beside the logits are small; a sixteenth is more than they need.
        var limit = limits.MessageBytes - (limits.MessageBytes / 16);
        var rowBytes = (long)input.Classes * sizeof(float);
        if (rowBytes > limit)
        {
            throw new InvalidDataException(
                $"{input.Name} has rows of {rowBytes} bytes; the service takes messages of up to {limits.MessageBytes} bytes");
        }

        return (int)Math.Clamp(Math.Min(MessageBytes, limit) / rowBytes, 1, limits.Rows);
    }

    private void Report(FileScorer scorer, int classes, TimeSpan elapsed)
    {
        var rate = scorer.Rows / Math.Max(elapsed.TotalSeconds, 1e-9);
        var target = Output == LogitReader.StandardStream ? "" : $" → {Output}";
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{scorer.Rows:N0} rows × {classes:N0} classes in {elapsed.TotalSeconds:0.00} s ({rate:N0} rows/s){target}"));
        if (scorer.InvalidRows > 0)
        {
            var (rows, were) = scorer.InvalidRows == 1 ? ("row", "was") : ("rows", "were");
            var which = string.Join(", ", scorer.FirstInvalidRows) + (scorer.InvalidRows > scorer.FirstInvalidRows.Count ? ", …" : "");
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{scorer.InvalidRows:N0} {rows} {were} scored 0 for logits that are not finite: {rows} {which}"));
        }
    }
}
