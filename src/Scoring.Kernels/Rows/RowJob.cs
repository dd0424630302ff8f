namespace Scoring.Kernels.Rows;

/// <summary>What a kernel works on. The memory belongs to the caller, who has checked its lengths and pinned it.</summary>
internal readonly unsafe struct RowJob
{
    public required float* Logits { get; init; }

    public required int Rows { get; init; }

    public required int Classes { get; init; }

    public Scale Scale { get; init; }

    /// <summary>Rows × classes floats, or one float a row, as the kernel has it; may be <see cref="Logits"/> when it is rows × classes.</summary>
    public float* Output { get; init; }

    /// <summary>One class index a row.</summary>
    public int* Targets { get; init; }

    public float* Row(int row) => Logits + ((nint)row * Classes);

    public float* OutputRow(int row) => Output + ((nint)row * Classes);
}
