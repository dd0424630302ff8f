using System.Text.RegularExpressions;

namespace Scoring.FunctionalTests.Heads;

/// <summary>The messages that <c>docs/heads.md</c> lists are those that the other tests hold the service to.</summary>
public sealed partial class HeadDocumentationTests
{
    /// <summary>What tests elsewhere expect in so many words.</summary>
    private static readonly string[] ExpectedElsewhere =
    [
        "appsettings.json cannot be read: it ends too early",
        "head has more than 256 characters, which no head has",
        "row 1, column 1: the logit is +inf, which has no score",
        "row 2 is -inf in every column of group 2, so it has no probabilities",
        "the answer may take 5712 bytes; the limit is 4096, so ask for fewer rows in a message, fewer outputs, or a smaller top_k",
        "the labels of the best classes take 1200 bytes; the limit is 1024, so ask for fewer rows in a message, or a smaller top_k",
    ];

    private static readonly string[] Messages =
    [
        .. BadHeads.Files.Select(row => row.Data.Item2),
        .. BadHeadRequests.Requests.Select(row => row.Data.Item2),
        .. UnaryTests.BadRequests.Select(row => row.Data.Item2),
        .. ExpectedElsewhere,
    ];

    private static readonly (string Text, Regex Pattern)[] Documented =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "docs", "heads.md"))
            .SkipWhile(line => line != "## What is wrong with a configuration")
            .Select(line => Row().Match(line))
            .Where(row => row.Success)
            .Select(row => (row.Groups[1].Value, new Regex($"^{Placeholder().Replace(Regex.Escape(row.Groups[1].Value), ".*")}$"))),
    ];

    [Fact]
    public void Every_message_stands_in_the_documentation() =>
        Assert.All(Messages, message => Assert.Contains(Documented, documented => documented.Pattern.IsMatch(message)));

    [Fact]
    public void Every_documented_message_is_one_that_the_service_gives()
    {
        Assert.True(Documented.Length > 50);
        Assert.All(Documented, documented => Assert.Contains(Messages, documented.Pattern.IsMatch));
    }

    [GeneratedRegex(@"^\| `([^`]+)` \|")]
    private static partial Regex Row();

    /// <summary>As it is once the rest of the text has been escaped.</summary>
    [GeneratedRegex(@"\\\{[a-z]+(\\ [a-z]+)*}")]
    private static partial Regex Placeholder();
}
