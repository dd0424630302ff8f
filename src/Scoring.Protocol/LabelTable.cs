using System.Buffers;
using System.Collections;
using System.Collections.Frozen;
using System.Text;

namespace Scoring.Protocol;

/// <summary>The labels of a head, one for each class: as strings, as the UTF-8 that goes on the wire, and by name.</summary>
internal sealed class LabelTable : IReadOnlyList<string>
{
    private const int MaxOnStack = 256;

    private readonly string[] _labels;
    private readonly byte[][] _utf8;
    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byLabel;

    /// <exception cref="ArgumentException">Two labels are the same.</exception>
    public LabelTable(IEnumerable<string> labels)
    {
        _labels = [.. labels];
        _utf8 = Array.ConvertAll(_labels, Encoding.UTF8.GetBytes);
        Index = _labels.Select((label, index) => KeyValuePair.Create(label, index)).ToFrozenDictionary(StringComparer.Ordinal);
        Longest = _utf8.Max(label => (int?)label.Length) ?? 0;
        _byLabel = Index.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public static LabelTable Empty { get; } = new([]);

    /// <summary>The class of each label.</summary>
    public FrozenDictionary<string, int> Index { get; }

    public int Count => _labels.Length;

    /// <summary>Bytes of the longest label.</summary>
    public int Longest { get; }

    public string this[int index] => _labels[index];

    /// <summary>The label of a class, as it is sent; nothing where there is no such class.</summary>
    public ReadOnlySpan<byte> Utf8(uint index) => index < (uint)_utf8.Length ? _utf8[index] : default;

    /// <summary>The class of the label that a message names; allocates nothing.</summary>
    public bool TryFind(ReadOnlySpan<byte> utf8, out int index)
    {
        index = -1;
        if (utf8.Length > Longest)
        {
            return false;
        }

        var rented = utf8.Length > MaxOnStack ? ArrayPool<char>.Shared.Rent(utf8.Length) : null;
        Span<char> label = rented ?? stackalloc char[MaxOnStack];
        label = label[..Encoding.UTF8.GetChars(utf8, label)];
        var found = _byLabel.TryGetValue(label, out index);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return found;
    }

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_labels).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
