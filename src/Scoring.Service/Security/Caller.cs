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
    public CallerLimit? Limit => _limit is { IsForgotten: true } ? _limit = limit!() : _limit;

    /// <summary>Those of the heads that this caller may use. It is decided once for each configuration of heads.</summary>
    public HeadSnapshot HeadsOf(HeadSnapshot all)
    {
        if (mayUse is null)
        {
            return all;
        }

        var decision = _decision;
        if (decision?.All != all)
        {
            _decision = decision = new Decision(all, all.Only(head => mayUse(head.Name)));
        }

        return decision.Allowed;
    }

    /// <summary>Whether it may use a head of this name, if there is one.</summary>
    public bool MayUse(string head) => mayUse is null || mayUse(head.Length == 0 ? HeadSnapshot.DefaultName : head);

    private sealed record Decision(HeadSnapshot All, HeadSnapshot Allowed);
}
