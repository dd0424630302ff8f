namespace Scoring.Service.Security;

/// <summary>A name, or what it begins with and a <c>*</c>. Case makes no difference, because configuration knows none.</summary>
internal static class NamePattern
{
    public static bool Matches(string pattern, string name) => pattern.EndsWith('*')
        ? name.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.OrdinalIgnoreCase)
        : name.Equals(pattern, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it could match a name that begins so.</summary>
    public static bool CanMatch(string pattern, string start)
    {
        var text = pattern.TrimEnd('*');
        return text.StartsWith(start, StringComparison.OrdinalIgnoreCase)
            || (text.Length < pattern.Length && start.StartsWith(text, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether it is one: a <c>*</c> stands at the end or nowhere.</summary>
    public static bool IsPattern(string? text) => text is { Length: > 0 } && text.IndexOf('*') is var star && (star < 0 || star == text.Length - 1);
}
