using Scoring.Heads;
using Scoring.V1;

namespace Scoring.Service.Heads;

/// <summary>Heads as the protocol has them.</summary>
internal static class HeadMessages
{
    /// <summary>The message, its bytes, and twice those where it becomes JSON.</summary>
    private const int CopiesOfMessage = 4;

    /// <summary>Of a label beside its text.</summary>
    private const int LabelBytes = 4;

    /// <summary>Of a head without classes.</summary>
    private const int FixedBytes = 256;

    /// <summary>About what the message of a head takes until the transport has it.</summary>
    /// <param name="head">The head.</param>
    /// <param name="withClasses">Whether with what there is for each class.</param>
    public static long MessageBytes(this HeadDefinition head, bool withClasses) =>
        CopiesOfMessage * (FixedBytes + head.Name.Length + (sizeof(uint) * (long)head.Groups.Length)
            + (withClasses ? (sizeof(float) * (long)head.Bias.Length) + head.Labels.Bytes + (LabelBytes * (long)head.Labels.Count) : 0));

    /// <param name="head">The head.</param>
    /// <param name="withClasses">Whether with what there is for each class, which of many classes is a lot.</param>
    public static Head ToMessage(this HeadDefinition head, bool withClasses = true)
    {
        var message = new Head
        {
            Name = head.Name,
            // The protocol has the same numbers.
            Activation = (V1.Activation)head.Activation,
            Classes = (uint)head.Classes,
            Temperature = head.Temperature,
            Threshold = head.Threshold,
            Revision = head.Revision,
            HasLabels = head.Labels.Count > 0,
            HasBias = head.Bias.Length > 0,
        };
        if (withClasses)
        {
            message.Labels.AddRange(head.Labels);
            message.Bias.AddRange(head.Bias);
        }

        message.Groups.AddRange(head.Groups.Select(width => (uint)width));
        return message;
    }
}
