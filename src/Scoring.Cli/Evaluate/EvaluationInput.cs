using Scoring.Cli.Files;

namespace Scoring.Cli.Evaluate;

/// <summary>Rows of logits with their targets, from one file or from two.</summary>
internal sealed class EvaluationInput : IAsyncDisposable
{
    private readonly NpyTargetReader? _targets;

    private EvaluationInput(LogitReader logits, NpyTargetReader? targets, TargetKind kind)
    {
        (Logits, _targets, Kind) = (logits, targets, kind);
    }

    public LogitReader Logits { get; }

    public TargetKind Kind { get; }

    /// <exception cref="InvalidDataException">The files are broken, do not go together, or have no targets.</exception>
    public static async Task<EvaluationInput> OpenAsync(string path, string? targetsPath, CancellationToken cancellationToken)
    {
        var logits = await LogitReader.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        NpyTargetReader? targets = null;
        try
        {
            if (targetsPath is not null && logits.Targets != TargetKind.None)
            {
                var column = ColumnRoles.TargetName + (logits.Targets == TargetKind.Labels ? "_NAME" : string.Empty);
                throw new InvalidDataException(
                    $"{logits.Name} has targets of its own in its column {column}, and --targets gives others: give one or the other.");
            }

            targets = targetsPath is null
                ? null
                : await NpyTargetReader.OpenAsync(targetsPath, logits.Classes, cancellationToken).ConfigureAwait(false);
            if (targets is not null && logits.Rows is { } rows && rows != targets.Rows)
            {
                throw new InvalidDataException(
                    $"{targets.Name} has targets for {Plural.Of(targets.Rows, "row")}; {logits.Name} has {Plural.Of(rows, "row")} of logits.");
            }

            var kind = targets?.Kind ?? logits.Targets;
            return kind == TargetKind.None ? throw NoTargets(logits) : new EvaluationInput(logits, targets, kind);
        }
        catch
        {
            await logits.DisposeAsync().ConfigureAwait(false);
            await DisposeAsync(targets).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads as many whole rows as there is room for, with their targets.</summary>
    /// <returns>The rows read; 0 at the end.</returns>
    public async ValueTask<int> ReadAsync(Memory<byte> rows, TargetBuffer targets, CancellationToken cancellationToken)
    {
        var read = await Logits.ReadAsync(rows, _targets is null ? targets : null, cancellationToken).ConfigureAwait(false);
        if (_targets is null)
        {
            return read;
        }

        await _targets.ReadAsync(read, targets, cancellationToken).ConfigureAwait(false);
        if (read == 0)
        {
            if (!_targets.IsAtEnd)
            {
                throw new InvalidDataException(
                    $"{_targets.Name} has targets for {Plural.Of(_targets.Rows, "row")}; {Logits.Name} has fewer rows of logits.");
            }

            await _targets.CheckEndAsync(cancellationToken).ConfigureAwait(false);
        }

        return read;
    }

    public async ValueTask DisposeAsync()
    {
        await Logits.DisposeAsync().ConfigureAwait(false);
        await DisposeAsync(_targets).ConfigureAwait(false);
    }

    private static async ValueTask DisposeAsync(NpyTargetReader? targets)
    {
        if (targets is not null)
        {
            await targets.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static InvalidDataException NoTargets(LogitReader logits) => new(
        $"{logits.Name} has no targets: give them by --targets FILE.npy"
        + (logits is NpyLogitReader ? "." : $", or in a column {ColumnRoles.TargetName}, or in columns {ColumnRoles.TargetName}_NAME of 0 or 1."));
}
