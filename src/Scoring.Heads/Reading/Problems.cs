namespace Scoring.Heads.Reading;

/// <summary>What is wrong with a configuration, one line for each thing, as far as anybody would read.</summary>
internal sealed class Problems
{
    private const int MaxLines = 100;

    private readonly List<string> _lines = [];
    private int _more;

    public IReadOnlyList<string> Lines => _more == 0 ? _lines : [.. _lines, $"and {_more} more like these"];

    public void Add(string line)
    {
        if (_lines.Count < MaxLines)
        {
            _lines.Add(line);
        }
        else
        {
            _more++;
        }
    }
}
