using Scoring.Heads;
using Scoring.Protocol;

namespace Scoring.Cli.Files;

/// <summary>
/// Scores as a table that a person can read: what the head decides for, and then the score of every class; or with top-k the best k, each by name.
/// </summary>
internal sealed class ScoreTable
{
    /// <summary>Stands between labels where a head may decide for several.</summary>
    private const char Separator = ';';

    private readonly string[] _names;
    private readonly int _topK;
    private readonly bool _hasBest;
    private readonly List<string> _decided = [];

    /// <param name="head">The head.</param>
    /// <param name="classes">Scores in a row.</param>
    /// <param name="topK">How many of the best; 0 for every class.</param>
    public ScoreTable(ServiceHead head, int classes, int topK)
    {
        _names = [.. Enumerable.Range(0, classes).Select(head.NameOf)];
        _topK = topK;

        var score = head.Activation switch
        {
            Activation.Softmax or Activation.Sigmoid => "probability",
            Activation.LogSoftmax => "log_probability",
            Activation.Linear => "logit",
            _ => throw ActivationExtensions.Unknown(head.Activation),
        };
        if (topK > 0)
        {
            Outputs = OutputSet.TopK;
            var name = head.Labels.Count > 0 ? "label" : "index";
            Columns =
            [
                .. Enumerable.Range(1, topK).SelectMany(k => new[] { new ScoreColumn($"{name}_{k}", IsText: true), new ScoreColumn($"{score}_{k}") }),
            ];
            return;
        }

        var decides = head.Activation.HasProbabilities();
        _hasBest = head.Activation.IsMulticlass() && head.Definition.Groups.Count == 0;
        Outputs = decides ? OutputSet.Scores | OutputSet.Decisions : OutputSet.Scores;
        Columns =
        [
            .. decides ? [new ScoreColumn("predicted", IsText: true)] : Array.Empty<ScoreColumn>(),
            .. _hasBest ? [new ScoreColumn(score)] : Array.Empty<ScoreColumn>(),
            .. _names.Select(name => new ScoreColumn($"{score}_{name}")),
        ];
    }

    public IReadOnlyList<ScoreColumn> Columns { get; }

    /// <summary>What must be asked of the service to fill the table.</summary>
    public OutputSet Outputs { get; }

    public void Write(in ScoredRows rows, IScoreCells cells)
    {
        for (var row = 0; row < rows.Rows; row++)
        {
            if (_topK > 0)
            {
                WriteBest(rows.TopIndices.Slice(row * _topK, _topK), rows.TopScores.Slice(row * _topK, _topK), cells);
            }
            else
            {
                var decisions = rows.Decisions.IsEmpty ? [] : rows.Decisions.Slice(row * rows.Classes, rows.Classes);
                WriteAll(rows.Scores.Slice(row * rows.Classes, rows.Classes), decisions, cells);
            }

            cells.EndRow();
        }
    }

    private void WriteBest(ReadOnlySpan<int> indices, ReadOnlySpan<float> scores, IScoreCells cells)
    {
        for (var k = 0; k < indices.Length; k++)
        {
            // A row that has no score has no best class either.
            cells.Add((uint)indices[k] < (uint)_names.Length ? _names[indices[k]] : "");
            cells.Add(scores[k]);
        }
    }

    private void WriteAll(ReadOnlySpan<float> scores, ReadOnlySpan<uint> decisions, IScoreCells cells)
    {
        if (!decisions.IsEmpty)
        {
            cells.Add(Decided(decisions));
        }

        if (_hasBest)
        {
            cells.Add(Greatest(scores));
        }

        foreach (var score in scores)
        {
            cells.Add(score);
        }
    }

    private string Decided(ReadOnlySpan<uint> decisions)
    {
        _decided.Clear();
        for (var column = decisions.IndexOf(1u); column >= 0 && column < decisions.Length;)
        {
            _decided.Add(_names[column]);
            var next = decisions[(column + 1)..].IndexOf(1u);
            column = next < 0 ? -1 : column + 1 + next;
        }

        return _decided.Count == 1 ? _decided[0] : string.Join(Separator, _decided);
    }

    private static float Greatest(ReadOnlySpan<float> scores)
    {
        var greatest = scores[0];
        foreach (var score in scores)
        {
            greatest = MathF.Max(greatest, score);
        }

        return greatest;
    }
}
