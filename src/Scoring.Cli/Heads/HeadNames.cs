using Scoring.Heads;
using Scoring.Heads.Reading;

namespace Scoring.Cli.Heads;

/// <summary>Activations as the service's configuration spells them.</summary>
internal static class HeadNames
{
    /// <summary>The protocol has the same numbers.</summary>
    public static string Of(V1.Activation activation) => ActivationNames.Of((Activation)activation);
}
