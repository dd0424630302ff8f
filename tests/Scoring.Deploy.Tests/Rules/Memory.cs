using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>
/// What the service may hold fits in what the container may have, as docs/operations.md adds it up. Messages in flight count twice: their answers
/// take as much again. Idle buffers count twice: the transport keeps as many as the messages do. A message that is copied is there twice, on each
/// processor.
/// </summary>
internal static class Memory
{
    /// <summary>The share of its container's memory that .NET lets the heap grow to, unless it is told otherwise.</summary>
    private const decimal HeapShare = 0.75m;

    /// <summary>Of which an eighth is for all that is in no buffer.</summary>
    private const decimal BufferShare = HeapShare * 7 / 8;

    /// <summary>Stream windows in the window of a connection.</summary>
    private const int StreamsPerWindow = 8;

    private const decimal ProcessBytes = 150 << 20;

    public static IEnumerable<string> Problems(Deployed deployed)
    {
        var settings = deployed.Settings;
        var limit = Resources.Of(deployed.Container.Resources?.Limits, "memory") ?? 0;
        decimal heap = (2 * (settings.Number("Scoring:Limits:ServerBytes") + settings.Number("Scoring:Limits:IdleBufferBytes")))
            + (2 * Math.Ceiling(Resources.Of(deployed.Container.Resources?.Limits, "cpu") ?? 1) * settings.Number("Scoring:Limits:MessageBytes"))
            + (StreamsPerWindow * settings.Number("Scoring:Limits:StreamWindowBytes"));
        if (heap > BufferShare * limit)
        {
            yield return $"seven eighths of a heap, {BufferShare * limit} bytes, are less than the {heap} that messages and idle buffers may take";
        }

        if (heap + ProcessBytes > limit)
        {
            yield return $"{limit} bytes of memory are less than {heap} and the {ProcessBytes} of a process without any";
        }

        if (settings.Number("Scoring:Limits:ConnectionBytes") > settings.Number("Scoring:Limits:ServerBytes") / 2)
        {
            yield return "one connection may hold more than half of what all may";
        }
    }
}
