using System.Buffers;

namespace Scoring.Fuzz.Oracles;

/// <summary>
/// A message as the transport hands it over: cut into pieces at arbitrary places, each an array of its own: a read past its end is a fault.
/// </summary>
internal static class Segments
{
    public static ReadOnlySequence<byte> Cut(byte[] bytes, int pieceLength)
    {
        if (bytes.Length == 0)
        {
            return ReadOnlySequence<byte>.Empty;
        }

        Piece? first = null;
        Piece? last = null;
        for (var start = 0; start < bytes.Length; start += pieceLength)
        {
            byte[] memory = [.. bytes.AsSpan(start, Math.Min(pieceLength, bytes.Length - start))];
            last = last is null ? first = new Piece(memory) : last.Append(memory);
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
