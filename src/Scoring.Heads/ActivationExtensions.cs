namespace Scoring.Heads;

/// <summary>What the results of an activation say of the classes of a row.</summary>
public static class ActivationExtensions
{
    private enum Kind
    {
        Multiclass,
        Multilabel,
        Scores,
    }

    /// <summary>Whether the classes of a row exclude each other: one of them is right, and a row is a distribution over them.</summary>
    public static bool IsMulticlass(this Activation activation) => KindOf(activation) == Kind.Multiclass;

    /// <summary>Whether each class of a row is a label of its own, with a probability that the others have no part in.</summary>
    public static bool IsMultilabel(this Activation activation) => KindOf(activation) == Kind.Multilabel;

    /// <summary>Whether there are probabilities, or their logarithms, to decide by and to measure.</summary>
    public static bool HasProbabilities(this Activation activation) => KindOf(activation) != Kind.Scores;

    /// <summary>All that the rest of the code asks of an activation follows from this.</summary>
    private static Kind KindOf(Activation activation) => activation switch
    {
        Activation.Softmax or Activation.LogSoftmax => Kind.Multiclass,
        Activation.Sigmoid => Kind.Multilabel,
        Activation.Linear => Kind.Scores,
        _ => throw Unknown(activation),
    };

    internal static ArgumentOutOfRangeException Unknown(Activation activation) =>
        new(nameof(activation), activation, "There is no such activation.");
}
