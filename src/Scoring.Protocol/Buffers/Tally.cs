using System.Runtime.InteropServices;

namespace Scoring.Protocol.Buffers;

/// <summary>A sum that many threads add to: each processor has a cache line of its own for it, so that they do not wait for one another.</summary>
internal sealed class Tally
{
    private readonly Cell[] _cells = new Cell[PerProcessor.Count];

    /// <summary>Exact once nobody adds any longer; while somebody does, what it was at about this time.</summary>
    public long Sum
    {
        get
        {
            long sum = 0;
            for (var i = 0; i < _cells.Length; i++)
            {
                sum += Volatile.Read(ref _cells[i].Value);
            }

            return sum;
        }
    }

    public void Add(long amount) => Interlocked.Add(ref _cells[PerProcessor.Index].Value, amount);

    /// <summary>Two cache lines, because processors fetch them in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cell
    {
        [FieldOffset(64)]
        public long Value;
    }
}
