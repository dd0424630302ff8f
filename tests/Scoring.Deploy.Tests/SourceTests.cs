using System.Text.RegularExpressions;

namespace Scoring.Deploy.Tests;

/// <summary>The source: its lines are as long as they may be, and the page that lists some of its files names those that there are.</summary>
public sealed partial class SourceTests
{
    private const int MostFilesOnTheWay = 40;

    [Fact]
    public void A_line_of_code_is_no_longer_than_is_declared()
    {
        var columns = int.Parse(Columns().Match(Repository.Read(".editorconfig")).Groups["columns"].ValueSpan, null);
        var files = new[] { "src", "tests", "bench" }
            .SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !Built().IsMatch(file));
        Assert.Empty(files.SelectMany(file => TooLong(file, columns)));
    }

    [Fact]
    public void The_files_on_a_floats_way_are_those_that_the_architecture_lists()
    {
        var page = Repository.Read("docs/architecture.md");
        var start = page.IndexOf("## One float's way", StringComparison.Ordinal);
        var section = page[start..page.IndexOf("\n## ", start + 1, StringComparison.Ordinal)];
        var files = Files().Matches(section).Select(file => file.Groups["file"].Value).ToArray();
        Assert.Equal(files.Distinct(), files);
        Assert.InRange(files.Length, 1, MostFilesOnTheWay);
        Assert.All(files, file => Assert.Single(
            Directory.GetFiles(Repository.PathOf("src"), $"{file}.cs", SearchOption.AllDirectories), found => !Built().IsMatch(found)));
    }

    private static IEnumerable<string> TooLong(string file, int columns)
    {
        var (number, isInRawString) = (0, false);
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (line.Length > columns && !isInRawString && !Unbroken().IsMatch(line))
            {
                yield return $"{file}({number})";
            }

            isInRawString ^= Quotes().Count(line) % 2 == 1;
        }
    }

    [GeneratedRegex(@"""{3}")]
    private static partial Regex Quotes();

    [GeneratedRegex(@"max_line_length = (?<columns>\d+)")]
    private static partial Regex Columns();

    [GeneratedRegex(@"[\\/](obj|bin)[\\/]")]
    private static partial Regex Built();

    /// <summary>A row of a table of cases, and a raw string, which would be another one if it were broken.</summary>
    [GeneratedRegex(@"^\s*(\{ |\[InlineData\()|""{3}")]
    private static partial Regex Unbroken();

    [GeneratedRegex(@"`(?<file>[A-Z][A-Za-z0-9]+)`")]
    private static partial Regex Files();
}
