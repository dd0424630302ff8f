using System.Text;

namespace Scoring.Protocol.Buffers;

/// <summary>The elements of one repeated string field, as UTF-8 in pooled memory.</summary>
internal sealed class PooledStrings(BufferPool pool)
{
    private readonly PooledArray<byte> _utf8 = new(pool);

    /// <summary>Where each string ends, which is where the next one begins.</summary>
    private readonly PooledArray<uint> _ends = new(pool);

    public int Count => _ends.Count;

    /// <summary>The bytes of all of them.</summary>
    public int Bytes => _utf8.Count;

    public ReadOnlySpan<byte> this[int index] => _utf8.Span[(index == 0 ? 0 : (int)_ends.Span[index - 1])..(int)_ends.Span[index]];

    /// <summary>Room for one more string of this many bytes, with undefined content.</summary>
    public Span<byte> Append(int bytes)
    {
        var room = _utf8.Append(bytes, expectedMore: 0);
        _ends.Append(1, expectedMore: 0)[0] = (uint)_utf8.Count;
        return room;
    }

    public void Append(string text) => Encoding.UTF8.GetBytes(text, Append(Encoding.UTF8.GetByteCount(text)));

    public void Release()
    {
        _utf8.Release();
        _ends.Release();
    }
}
