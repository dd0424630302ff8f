namespace Scoring.Heads.Metrics;

/// <summary>
/// AUROC of each label: exact as long as all scores can be held, and then from a histogram of them. Which of the two depends on the number of scores
/// alone.
/// </summary>
internal sealed class RocCurves
{
    private readonly int _labels;
    private readonly int _capacity;
    private float[] _scores = [];
    private byte[] _targets = [];
    private int _held;
    private ScoreHistogram? _histogram;
    private bool _isTooWide;

    /// <param name="labels">Labels of a row.</param>
    /// <param name="capacity">Scores that may be held, and bins that may be made.</param>
    public RocCurves(int labels, int capacity)
    {
        (_labels, _capacity) = (labels, capacity);
    }

    /// <summary>Bytes of the scores, or of the bins.</summary>
    public long Bytes => (_scores.LongLength * (sizeof(float) + 1)) + (_histogram?.Bytes ?? 0);

    /// <param name="scores">Rows × labels. Only their order counts.</param>
    /// <param name="targets">Rows × labels of 0 or 1.</param>
    public void Add(ReadOnlySpan<float> scores, ReadOnlySpan<byte> targets)
    {
        if (_histogram is null && !_isTooWide && _held + (long)scores.Length > _capacity)
        {
            _isTooWide = !ScoreHistogram.TryCreate(_labels, _capacity, _held > 0 ? _scores.AsSpan(0, _held) : scores, out _histogram);
            _histogram?.Add(_scores.AsSpan(0, _held), _targets.AsSpan(0, _held));
            (_scores, _targets, _held) = ([], [], 0);
        }

        if (_histogram is not null)
        {
            _histogram.Add(scores, targets);
        }
        else if (!_isTooWide)
        {
            Hold(scores, targets);
        }
    }

    public RocAreas Areas()
    {
        if (_isTooWide)
        {
            return new RocAreas([], double.NaN, AurocError: 0);
        }

        var areas = new double[_labels];
        double error = 0;
        for (var label = 0; label < _labels; label++)
        {
            var sum = _histogram?.Sum(label) ?? SumOfHeld(label);
            areas[label] = sum.Area;
            if (_histogram is not null)
            {
                error = Math.Max(error, sum.TieError);
            }
        }

        var defined = areas.Where(double.IsFinite).ToArray();
        return new RocAreas(areas, defined.Length == 0 ? double.NaN : defined.Average(), error);
    }

    private void Hold(ReadOnlySpan<float> scores, ReadOnlySpan<byte> targets)
    {
        var length = _held + scores.Length;
        if (length > _scores.Length)
        {
            var size = (int)Math.Min(_capacity, Math.Max(2L * _scores.Length, length));
            Array.Resize(ref _scores, size);
            Array.Resize(ref _targets, size);
        }

        scores.CopyTo(_scores.AsSpan(_held));
        targets.CopyTo(_targets.AsSpan(_held));
        _held = length;
    }

    private RankSum SumOfHeld(int label)
    {
        var scores = new float[_held / _labels];
        var targets = new byte[scores.Length];
        for (var row = 0; row < scores.Length; row++)
        {
            scores[row] = _scores[(row * _labels) + label];
            targets[row] = _targets[(row * _labels) + label];
        }

        Array.Sort(scores, targets);
        var sum = default(RankSum);
        for (int row = 0, end; row < scores.Length; row = end)
        {
            var positives = 0;
            for (end = row; end < scores.Length && scores[end] == scores[row]; end++)
            {
                positives += targets[end];
            }

            sum.Add(positives, end - row - positives);
        }

        return sum;
    }
}
