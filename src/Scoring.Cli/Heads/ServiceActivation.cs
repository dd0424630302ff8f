using Scoring.Heads;
using Scoring.Heads.Reading;

namespace Scoring.Cli.Heads;

/// <summary>Activations of a service, as its configuration spells them.</summary>
internal static class ServiceActivation
{
    /// <summary>The protocol has the same numbers.</summary>
    public static string NameOf(V1.Activation activation) => ActivationNames.Of((Activation)activation);
}
