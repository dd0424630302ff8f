using System.Collections;
using Scoring.Heads;
using Scoring.Service.Heads;

namespace Scoring.Service.Security;

/// <summary>Who calls, as far as it matters to their messages. Calls of one caller share it.</summary>
/// <param name="name">What it is known as.</param>
/// <param name="mayUse">Tells of a head's name whether it may use it; null where it may use all.</param>
/// <param name="limit">Finds its account of how much it may send; null where nothing limits it.</param>
internal sealed class Caller(string name, Func<string, bool>? mayUse = null, Func<CallerLimit?>? limit = null)
{
    /// <summary>Whoever reaches the service, where callers are not told apart, and the service itself.</summary>
    public static readonly Caller Anyone = new("anyone");

    /// <summary>What was decided last. It is replaced as one, and two threads that decide at once decide alike.</summary>
    private volatile Decision? _decision;

    private volatile CallerLimit? _limit = limit?.Invoke();

    public string Name => name;

    /// <summary>How much it may send. A stream that was idle for long has the account that the caller's other calls have by then.</summary>
    public CallerLimit? Limit => _limit is { MayChange: true } ? _limit = limit!() : _limit;

    /// <summary>The head of this name; null where there is none for this caller.</summary>
    public HeadDefinition? Find(HeadSnapshot heads, string name) =>
        heads.IndexOf(name) is >= 0 and var index && (mayUse is null || DecisionOn(heads)[index]) ? heads.All[index] : null;

    /// <summary>Those of the heads that this caller may use, by name.</summary>
    public IReadOnlyList<HeadDefinition> HeadsOf(HeadSnapshot heads)
    {
        if (mayUse is null)
        {
            return heads.All;
        }

        var decision = DecisionOn(heads);
        return [.. heads.All.Where((_, index) => decision[index])];
    }

    /// <summary>Whether it may use a head of this name, if there is one.</summary>
    public bool MayUse(string head) => mayUse is null || mayUse(head.Length == 0 ? HeadSnapshot.DefaultName : head);

    /// <summary>Which of the heads it may use. It is decided once for each configuration of heads.</summary>
    private BitArray DecisionOn(HeadSnapshot heads)
    {
        var decision = _decision;
        if (decision?.Revision != heads.Revision)
        {
            _decision = decision = new Decision(heads.Revision, new BitArray(heads.All.Select(head => mayUse!(head.Name)).ToArray()));
        }

        return decision.MayUse;
    }

    /// <summary>Keeps no heads: whoever makes few calls would keep those that have gone for as long.</summary>
    private sealed record Decision(ulong Revision, BitArray MayUse);
}
