using Scoring.Protocol;
using Scoring.Service.Heads;

namespace Scoring.Service.Streaming;

/// <summary>What a request that was found well-formed asks for.</summary>
internal readonly record struct ScoringPlan(HeadDefinition Head, int Rows, int Classes, float Temperature, OutputSet Outputs, int TopK, int Threads)
{
    public bool Wants(OutputSet output) => (Outputs & output) != 0;
}
