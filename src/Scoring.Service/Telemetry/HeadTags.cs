using Scoring.Heads;

namespace Scoring.Service.Telemetry;

/// <summary>What measurements of one head are tagged with, made once, so that no measurement makes a string.</summary>
internal sealed class HeadTags(string name, IReadOnlyList<string> labels, int maxClasses)
{
    private static readonly KeyValuePair<string, object?> OtherClass = new("scoring.class", "other");

    private readonly KeyValuePair<string, object?>[] _classes = new KeyValuePair<string, object?>[maxClasses];

    public KeyValuePair<string, object?> Head { get; } = new("scoring.head", name);

    public static HeadTags Of(HeadDefinition head, int maxClasses) => new(head.Name, head.Labels, maxClasses);

    /// <summary>The label of a class, or its index where it has none.</summary>
    public KeyValuePair<string, object?> Class(int index)
    {
        if ((uint)index >= (uint)_classes.Length)
        {
            return OtherClass;
        }

        if (_classes[index].Value is null)
        {
            _classes[index] = new(
                "scoring.class", index < labels.Count ? labels[index] : index.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return _classes[index];
    }
}
