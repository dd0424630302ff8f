using System.Buffers;

namespace Scoring.Protocol.Tests;

/// <summary>A message as the transport hands it over: cut into pieces at arbitrary places.</summary>
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
            var memory = bytes.AsMemory(start, Math.Min(pieceLength, bytes.Length - start));
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
