namespace Scoring.Heads;

/// <summary>A head for each activation and nothing more, for rows of any width. No other head has their names.</summary>
public static class BuiltInHeads
{
    /// <summary>What one of them is called once a temperature was fitted to it.</summary>
    internal const string CalibratedName = "calibrated";

    /// <summary>Softmax of the logits.</summary>
    public static HeadDefinition Softmax { get; } = new() { Name = "softmax", Activation = Activation.Softmax };

    /// <summary>Log-softmax of the logits.</summary>
    public static HeadDefinition LogSoftmax { get; } = new() { Name = "log_softmax", Activation = Activation.LogSoftmax };

    /// <summary>Sigmoid of each logit; from a half on it is a yes.</summary>
    public static HeadDefinition Sigmoid { get; } = new() { Name = "sigmoid", Activation = Activation.Sigmoid, Threshold = 0.5f };

    /// <summary>The logits as they are.</summary>
    public static HeadDefinition Linear { get; } = new() { Name = "linear", Activation = Activation.Linear };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<HeadDefinition> All { get; } = [Softmax, LogSoftmax, Sigmoid, Linear];
}
