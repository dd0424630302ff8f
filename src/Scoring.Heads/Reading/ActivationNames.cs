namespace Scoring.Heads.Reading;

/// <summary>Activations as JSON spells them.</summary>
internal static class ActivationNames
{
    private static readonly Activation[] All = Enum.GetValues<Activation>();

    /// <summary>All of them, for whoever has written another.</summary>
    public static string Known { get; } = $"{string.Join(", ", All[..^1].Select(Of))} or {Of(All[^1])}";

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
    public static Activation? Find(string name)
    {
        var index = Array.FindIndex(All, activation => string.Equals(Of(activation), name, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : All[index];
    }
}
