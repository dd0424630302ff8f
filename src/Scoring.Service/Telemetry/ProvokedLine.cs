using System.Collections;

namespace Scoring.Service.Telemetry;

/// <summary>A line that a client has provoked, and may have written a part of, made fit for the log in its text and in its parts.</summary>
/// <param name="Text">The line.</param>
/// <param name="Parts">What it is made of.</param>
internal sealed record ProvokedLine(string Text, IReadOnlyList<KeyValuePair<string, object?>> Parts) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => Parts.Count;

    public KeyValuePair<string, object?> this[int index] => Parts[index];

    public static ProvokedLine Of<TState>(TState state, Exception? exception, Func<TState, Exception?, string> formatter, long heldBack)
    {
        var text = Quoted.Line(formatter(state, exception));
        var parts = state as IEnumerable<KeyValuePair<string, object?>> ?? [];
        return new ProvokedLine(
            heldBack == 0 ? text : $"{text} Lines of this kind held back since the last: {heldBack}.",
            // What is there comes last in them: the template.
            [new("HeldBack", heldBack), .. parts.Select(part => part.Value is string own ? new(part.Key, Quoted.Line(own)) : part)]);
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Parts.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => Text;
}
