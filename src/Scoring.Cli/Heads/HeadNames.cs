using Scoring.V1;

namespace Scoring.Cli.Heads;

/// <summary>Activations as the service's configuration spells them.</summary>
internal static class HeadNames
{
    public static string Of(Activation activation) => activation switch
    {
        Activation.Softmax => "softmax",
        Activation.LogSoftmax => "log_softmax",
        Activation.Sigmoid => "sigmoid",
        Activation.Linear => "linear",
        _ => activation.ToString(),
    };
}
