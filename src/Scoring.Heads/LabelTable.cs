using System.Buffers;
using System.Collections;
using System.Collections.Frozen;
using System.Text;

namespace Scoring.Heads;

/// <summary>The labels of a head, one for each class, which a class is found by as well.</summary>
public sealed class LabelTable : IReadOnlyList<string>
{
    private const int MaxOnStack = 256;

    private readonly string[] _labels;
    private readonly FrozenDictionary<string, int> _index;
    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byLabel;

    /// <summary>Keeps labels in the order of their classes.</summary>
    /// <param name="labels">No two of them the same; upper and lower case differ.</param>
    /// <exception cref="ArgumentException">Two labels are the same.</exception>
    public LabelTable(IEnumerable<string> labels)
    {
        _labels = [.. labels];
        Utf8 = Array.ConvertAll(_labels, Encoding.UTF8.GetBytes);
        _index = _labels.Select((label, index) => KeyValuePair.Create(label, index)).ToFrozenDictionary(StringComparer.Ordinal);
        if (_index.Count < _labels.Length)
        {
            throw new ArgumentException($"{_labels.Length} labels have {_index.Count} names; labels must differ", nameof(labels));
        }

        Bytes = Utf8.Sum(label => (long)label.Length);
        Longest = Utf8.Max(label => (int?)label.Length) ?? 0;
        _byLabel = _index.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>No labels.</summary>
    public static LabelTable Empty { get; } = new([]);

    /// <summary>How many there are, which is how many classes.</summary>
    public int Count => _labels.Length;

    /// <summary>Each label as it goes over a wire.</summary>
    internal byte[][] Utf8 { get; }

    /// <summary>Bytes of all labels in UTF-8.</summary>
    internal long Bytes { get; }

    /// <summary>Bytes of the longest label in UTF-8.</summary>
    internal int Longest { get; }

    /// <summary>The label of a class.</summary>
    /// <param name="index">The class, from 0.</param>
    public string this[int index] => _labels[index];

    /// <summary>Finds the class of a label.</summary>
    /// <param name="label">The label.</param>
    /// <param name="index">Its class, from 0; undefined where there is none.</param>
    /// <returns>Whether there is such a label.</returns>
    public bool TryFind(ReadOnlySpan<char> label, out int index) => _byLabel.TryGetValue(label, out index);

    /// <summary>Finds the class of a label that is UTF-8; allocates nothing.</summary>
    /// <param name="utf8">The label.</param>
    /// <param name="index">Its class, from 0; undefined where there is none.</param>
    /// <returns>Whether there is such a label.</returns>
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

    /// <summary>The labels, class by class.</summary>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_labels).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
