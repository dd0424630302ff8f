namespace Scoring.Service.Heads;

/// <summary>What is wrong with a configuration of heads, one line for each thing, as far as anybody would read.</summary>
internal sealed class HeadProblems
{
    private const int MaxLines = 100;

    private readonly List<string> _lines = [];
    private int _more;

    public bool Any => _lines.Count > 0;

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
