namespace Scoring.Faults.Attack;

/// <summary>What a stream of an attack turns to, besides sending large messages as fast as they go.</summary>
internal enum AttackKind
{
    /// <summary>It reads its answers, and throws them away.</summary>
    Reads,

    /// <summary>It does not read any more, and sends on.</summary>
    NeverReads,

    /// <summary>It stops in the middle of a message, and keeps the stream open.</summary>
    StopsInTheMiddle,

    /// <summary>It resets the stream in the middle of a message, and opens another.</summary>
    Resets,
}
