using Scoring.Kernels.Vectors;

namespace Scoring.Kernels.Rows;

/// <summary>What becomes of each score by itself, once it is known what its row adds up to.</summary>
internal interface IRowMap<TLanes, TSelf>
    where TLanes : struct, ILanes<TLanes>
    where TSelf : struct, IRowMap<TLanes, TSelf>
{
    /// <summary>Whether the scores may be of any kind, because no sum has told that they are finite or −∞.</summary>
    static abstract bool IsFirst { get; }

    /// <summary>The map of a row. Those that need to know nothing of the row ignore the normalizer.</summary>
    static abstract TSelf For(Normalizer normalizer);

    /// <summary>From a score and what rounding it left over.</summary>
    TLanes Of<TScores>(TLanes score, TLanes low) where TScores : struct, IScores<TLanes>;
}
