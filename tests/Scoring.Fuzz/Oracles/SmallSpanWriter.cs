using System.Buffers;

namespace Scoring.Fuzz.Oracles;

/// <summary>Hands out little more than was asked for, so that every field is once split over two spans.</summary>
internal sealed class SmallSpanWriter : IBufferWriter<byte>
{
    private readonly List<byte> _written = [];
    private byte[] _span = [];

    public byte[] ToArray() => [.. _written];

    public void Advance(int count) => _written.AddRange(_span.AsSpan(0, count));

    public Memory<byte> GetMemory(int sizeHint = 0) => _span = new byte[Math.Max(sizeHint, 1) + 2];

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
