namespace Scoring.Service.Heads;

/// <summary>What is wrong with a configuration of heads, one line for each thing, as far as anybody would read.</summary>
internal sealed class HeadProblems
{
    private const int MaxLines = 100;
    private const int MaxShown = 64;

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

    /// <summary>A configured value for one line of text, whatever it is.</summary>
    public static string Show(string? value)
    {
        var text = string.Concat((value ?? string.Empty).Take(MaxShown).Select(character => char.IsControl(character) ? '?' : character));
        return value?.Length > MaxShown ? text + "…" : text;
    }
}
