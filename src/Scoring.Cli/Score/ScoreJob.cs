using System.Diagnostics;
using System.Globalization;
using Scoring.Cli.Files;
using Scoring.Client;
using Scoring.Protocol;
using Scoring.V1;
using ScoreRequest = Scoring.Client.ScoreRequest;

namespace Scoring.Cli.Score;

/// <summary>One run of <c>scoring score</c>: finds the service, opens both files, scores, and says how it went.</summary>
internal sealed class ScoreJob
{
    public required string Input { get; init; }

    public required string Output { get; init; }

    public required string Head { get; init; }

    /// <summary>Null for a service within this process.</summary>
    public string? Server { get; init; }

    /// <summary>Null for the head's.</summary>
    public float? Temperature { get; init; }

    public NonFinite NonFinite { get; init; }

    /// <summary>How many of the best classes are written; 0 for the score of every class.</summary>
    public int TopK { get; init; }

    /// <summary>Bytes of logits in one message, at most, as long as a row is not larger.</summary>
    public int MessageBytes { get; init; }

    /// <summary>How long a service that went away is tried to be reached again.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>Settings of the service within this process.</summary>
    public IReadOnlyList<string> Configuration { get; init; } = [];

    public static bool IsKnownOutput(string? path) => path == LogitReader.StandardStream || IsTable(path) || IsNpy(path);

    /// <summary>Whether labels have a place there.</summary>
    public static bool IsTable(string? path) => path == LogitReader.StandardStream || EndsIn(path, ".csv") || IsParquet(path);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var input = await LogitReader.OpenAsync(Input, cancellationToken).ConfigureAwait(false);
        if (TopK > input.Classes)
        {
            throw new InvalidDataException($"--top-k is {TopK}; {input.Name} has {Plural.Of(input.Classes, "class")}");
        }

        await using var connection = await ServiceConnection.OpenAsync(Server, Configuration, Patience, cancellationToken).ConfigureAwait(false);
        await connection.AskForClassesAsync(Head, cancellationToken).ConfigureAwait(false);
        var head = ServiceHead.Find(connection.Service, Head, input);
        if (TopK > 0 && head.Definition.Groups.Count > 0)
        {
            throw new InvalidDataException($"head '{Head}' has groups, each with best classes of its own; --top-k is for heads without");
        }

        // A table has a name for each class, of which a row that is refused may have millions.
        var rowsPerMessage = connection.RowsPerMessage(input.Name, input.RowBytes, MessageBytes);
        var table = new ScoreTable(head, input.Classes, TopK);

        using var output = await OutputFile.OpenAsync(Output, [Input, .. connection.Files], cancellationToken).ConfigureAwait(false);
        if (Output != LogitReader.StandardStream && !EndsIn(Output, ".csv") && !output.Stream.CanSeek)
        {
            throw new IOException($"{Output} is a pipe, which only CSV can be written to.");
        }

        var writer = await CreateWriterAsync(output.Stream, table, input.Classes, cancellationToken).ConfigureAwait(false);
        var template = new ScoreRequest
        {
            Head = Head,
            Classes = input.Classes,
            Temperature = Temperature,
            NonFinite = NonFinite,
            Outputs = IsNpy(Output) ? OutputSet.Scores : table.Outputs,
            TopK = TopK,
        };
        var watch = new HeadWatch(connection.Client, head.Definition);
        var scorer = new FileScorer(connection.Client, watch, input, writer, template, rowsPerMessage);

        var started = Stopwatch.GetTimestamp();
        try
        {
            await ReadingProgress.ShowAsync(input, progress => scorer.RunAsync(progress, cancellationToken)).ConfigureAwait(false);
        }
        catch (ScoringException exception)
        {
            throw connection.Lost(exception, scorer.Rows);
        }

        await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        output.Commit();
        input.ShowPassedOver();
        Report(scorer, input.Classes, Stopwatch.GetElapsedTime(started));
    }

    private static bool IsNpy(string? path) => EndsIn(path, ".npy");

    private static bool IsParquet(string? path) => EndsIn(path, ".parquet");

    private static bool EndsIn(string? path, string extension) => path?.EndsWith(extension, StringComparison.OrdinalIgnoreCase) == true;

    private async Task<ScoreWriter> CreateWriterAsync(Stream stream, ScoreTable table, int classes, CancellationToken cancellationToken)
    {
        if (IsNpy(Output))
        {
            return new NpyScoreWriter(stream, classes);
        }

        return IsParquet(Output)
            ? await ParquetScoreWriter.CreateAsync(stream, table, cancellationToken).ConfigureAwait(false)
            : new CsvScoreWriter(stream, table);
    }

    private void Report(FileScorer scorer, int classes, TimeSpan elapsed)
    {
        var rate = scorer.Rows / Math.Max(elapsed.TotalSeconds, 1e-9);
        var target = Output == LogitReader.StandardStream ? "" : $" → {Output}";
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Plural.Of(scorer.Rows, "row", "N0")} × {Plural.Of(classes, "class", "N0")} in {elapsed.TotalSeconds:0.00} s ({rate:N0} "
            + $"rows/s){target}"));
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
