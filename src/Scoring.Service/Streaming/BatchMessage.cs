using Scoring.Heads;
using Scoring.Protocol;

namespace Scoring.Service.Streaming;

/// <summary>One message of a batch.</summary>
/// <param name="Request">As it came; its logits are used up by scoring.</param>
/// <param name="Response">What it is answered with.</param>
/// <param name="Plan">What it asks for; nothing where it is not well-formed.</param>
internal record struct BatchMessage(PooledScoreRequest Request, PooledScoreResponse Response, ScoringPlan Plan)
{
    /// <summary>Which scores it; null where it is not well-formed, since a plan has classes.</summary>
    public readonly HeadDefinition? Head => Plan.Classes > 0 ? Plan.Head : null;
}
