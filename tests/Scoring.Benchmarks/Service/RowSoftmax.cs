namespace Scoring.Benchmarks.Service;

/// <summary>A softmax of one row, in place.</summary>
internal delegate void RowSoftmax(Span<float> row);
