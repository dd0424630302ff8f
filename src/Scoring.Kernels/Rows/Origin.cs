namespace Scoring.Kernels.Rows;

/// <summary>
/// What the scores of a row are reckoned from, times the temperature and exactly, in two doubles: 0, or the greatest of them where they are so large
/// that no double has room for what tells them apart.
/// </summary>
internal readonly record struct Origin(double High, double Low);
