namespace Scoring.Service.Settings;

/// <summary>Finds what somebody meant who misspelt it.</summary>
internal static class NearestName
{
    /// <summary>
    /// The setting of the same name in another section, or else the one that the fewest letters must be changed of, added to or taken from.
    /// </summary>
    public static string Of(string path, IEnumerable<string> paths) => paths.MinBy(known => (
        IsElsewhere: ConfigurationPath.GetSectionKey(known).Equals(ConfigurationPath.GetSectionKey(path), StringComparison.OrdinalIgnoreCase)
            ? 0
            : 1, Distance(path, known)))!;

    /// <summary>How many letters those are. Case makes no difference.</summary>
    public static int Distance(string one, string other)
    {
        // From the first letters of one to the first letters of the other, a row for each letter of the first.
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 0; i < one.Length; i++)
        {
            var (before, letter) = (row[0], char.ToUpperInvariant(one[i]));
            row[0] = i + 1;
            for (var j = 0; j < other.Length; j++)
            {
                var replaced = before + (letter == char.ToUpperInvariant(other[j]) ? 0 : 1);
                before = row[j + 1];
                row[j + 1] = Math.Min(replaced, 1 + Math.Min(row[j], before));
            }
        }

        return row[^1];
    }
}
