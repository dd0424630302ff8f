using Scoring.Heads;
using Scoring.Heads.Reading;

namespace Scoring.Cli.Heads;

/// <summary>Activations of a service, which may be of a version that has more of them.</summary>
internal static class ServiceActivation
{
    /// <summary>As its configuration spells it.</summary>
    public static string NameOf(V1.Activation activation) => ActivationNames.Of(Of(activation));

    /// <summary>Null where it is not known here.</summary>
    public static Activation? Find(V1.Activation activation) => Enum.IsDefined(Of(activation)) ? Of(activation) : null;

    /// <summary>The protocol has the same numbers.</summary>
    private static Activation Of(V1.Activation activation) => (Activation)activation;
}
