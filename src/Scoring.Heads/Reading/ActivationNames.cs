namespace Scoring.Heads.Reading;

/// <summary>Activations as JSON spells them.</summary>
internal static class ActivationNames
{
    /// <summary>All of them, for whoever has written another.</summary>
    public const string Known = "softmax, log_softmax, sigmoid or linear";

    private static readonly Dictionary<string, Activation> Activations = new(StringComparer.OrdinalIgnoreCase)
    {
        [Of(Activation.Softmax)] = Activation.Softmax,
        [Of(Activation.LogSoftmax)] = Activation.LogSoftmax,
        [Of(Activation.Sigmoid)] = Activation.Sigmoid,
        [Of(Activation.Linear)] = Activation.Linear,
    };

    public static string Of(Activation activation) => activation switch
    {
        Activation.Softmax => "softmax",
        Activation.LogSoftmax => "log_softmax",
        Activation.Sigmoid => "sigmoid",
        Activation.Linear => "linear",
        // Of a service that knows more.
        _ => activation.ToString(),
    };

    /// <summary>Upper and lower case make no difference.</summary>
    public static bool TryFind(string name, out Activation activation) => Activations.TryGetValue(name, out activation);
}
