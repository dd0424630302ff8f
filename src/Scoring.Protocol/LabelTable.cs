using System.Collections;
using System.Collections.Frozen;
using System.Text;

namespace Scoring.Protocol;

/// <summary>The labels of a head, one for each class: as strings, as the UTF-8 that goes on the wire, and by name.</summary>
internal sealed class LabelTable : IReadOnlyList<string>
{
    private readonly string[] _labels;
    private readonly byte[][] _utf8;

    /// <exception cref="ArgumentException">Two labels are the same.</exception>
    public LabelTable(IEnumerable<string> labels)
    {
        _labels = [.. labels];
        _utf8 = Array.ConvertAll(_labels, Encoding.UTF8.GetBytes);
        Index = _labels.Select((label, index) => KeyValuePair.Create(label, index)).ToFrozenDictionary(StringComparer.Ordinal);
    }

    public static LabelTable Empty { get; } = new([]);

    /// <summary>The class of each label.</summary>
    public FrozenDictionary<string, int> Index { get; }

    public int Count => _labels.Length;

    public string this[int index] => _labels[index];

    /// <summary>The label of a class, as it is sent; nothing where there is no such class.</summary>
    public ReadOnlySpan<byte> Utf8(uint index) => index < (uint)_utf8.Length ? _utf8[index] : default;

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_labels).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
