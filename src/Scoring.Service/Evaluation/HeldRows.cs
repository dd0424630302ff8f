using Scoring.Heads;
using Scoring.Service.Connections;

namespace Scoring.Service.Evaluation;

/// <summary>All rows of one Calibrate call, in blocks of whole rows.</summary>
internal sealed class HeldRows(EvaluationPlan plan, UnpooledMemory measured, CalibrationMemory memory, object holder) : IDisposable
{
    /// <summary>Logits of a block, unless one row has more.</summary>
    private const int BlockLogits = 64 << 10;

    private readonly List<Block> _blocks = [];
    private readonly int _blockRows = Math.Max(1, BlockLogits / plan.Classes);
    private int _rowsInLast;
    private long _reserved;

    private long BlockBytes => (long)_blockRows * ((plan.Classes * sizeof(float)) + (plan.TargetsPerRow * sizeof(uint)));

    public int Blocks => _blocks.Count;

    public ReadOnlySpan<float> Logits(int block) => _blocks[block].Logits.AsSpan(0, RowsOf(block) * plan.Classes);

    public ReadOnlySpan<uint> Targets(int block) => _blocks[block].Targets.AsSpan(0, RowsOf(block) * plan.TargetsPerRow);

    /// <exception cref="Grpc.Core.RpcException">There is no room for the rows.</exception>
    public void Add(ReadOnlySpan<float> logits, ReadOnlySpan<uint> targets)
    {
        while (!logits.IsEmpty)
        {
            if (_blocks.Count == 0 || _rowsInLast == _blockRows)
            {
                AddBlock();
            }

            var count = Math.Min(_blockRows - _rowsInLast, logits.Length / plan.Classes);
            logits[..(count * plan.Classes)].CopyTo(_blocks[^1].Logits.AsSpan(_rowsInLast * plan.Classes));
            targets[..(count * plan.TargetsPerRow)].CopyTo(_blocks[^1].Targets.AsSpan(_rowsInLast * plan.TargetsPerRow));
            _rowsInLast += count;
            logits = logits[(count * plan.Classes)..];
            targets = targets[(count * plan.TargetsPerRow)..];
        }
    }

    public void Dispose()
    {
        if (_reserved > 0)
        {
            memory.Release(holder, _reserved);
            measured.Add(-_reserved);
            _reserved = 0;
            _blocks.Clear();
        }
    }

    private void AddBlock()
    {
        memory.Reserve(holder, BlockBytes, own: _reserved);
        // Given back also where there turns out to be no memory for the block.
        _reserved += BlockBytes;
        measured.Add(BlockBytes);
        _blocks.Add(new Block(new float[_blockRows * plan.Classes], new uint[_blockRows * plan.TargetsPerRow]));
        _rowsInLast = 0;
    }

    private int RowsOf(int block) => block == _blocks.Count - 1 ? _rowsInLast : _blockRows;

    private readonly record struct Block(float[] Logits, uint[] Targets);
}
