using System.Text.Json;
using System.Text.RegularExpressions;

namespace Scoring.Deploy.Tests;

/// <summary>The pages of the documentation: what they list is what there is, and each can be read in an editor.</summary>
public sealed partial class PagesTests
{
    [Fact]
    public void The_page_has_a_row_for_every_setting_with_its_default()
    {
        using var file = JsonDocument.Parse(Repository.Read("deploy/appsettings.json"));
        var rows = Rows().Matches(
            Repository.Read("docs/settings.md")).ToDictionary(row => row.Groups["path"].Value, row => row.Groups["default"].Value);
        var settings = Settings("Scoring", file.RootElement.GetProperty("Scoring")).ToDictionary(setting => setting.Path, setting => setting.Default);

        Assert.Equal(settings.Keys.Order(), rows.Keys.Order());
        Assert.All(settings, setting => Assert.True(
            rows[setting.Key] == setting.Value || rows[setting.Key].Contains(
                "of the heap", StringComparison.Ordinal), $"{setting.Key} is {setting.Value}, not {rows[setting.Key]}"));
    }

    [Fact]
    public void The_index_names_every_page_and_pages_that_there_are()
    {
        var named = Links().Matches(Repository.Read("docs/README.md")).Select(link => link.Groups["page"].Value).Distinct().Order();
        Assert.Equal(Directory.GetFiles(
            Repository.PathOf("docs"), "*.md").Select(page => Path.GetFileName(page)).Where(page => page != "README.md").Order(), named);
    }

    /// <summary>Each in one piece, but for the usings, which stand at the head of a file.</summary>
    [Fact]
    public void The_examples_of_the_pages_in_CSharp_are_built()
    {
        var built = new[] { "tests/Scoring.Example/Program.cs", "tests/Scoring.Example/PageExamples.cs", "tests/Scoring.Heads.Tests/ExampleTests.cs" }
            .Select(file => Code(File.ReadLines(Repository.PathOf(file)))).ToArray();
        var shown = Pages().SelectMany(page => Examples().Matches(File.ReadAllText(page)).Select(
            example => (Page: Path.GetRelativePath(Repository.Path, page), Code: Code(example.Groups["code"].Value.Split('\n'))))).ToArray();
        Assert.True(shown.Length > 10, $"only {shown.Length} examples were found");
        Assert.All(shown, example => Assert.True(
            built.Any(code => code.Contains(example.Code, StringComparison.Ordinal)), $"{example.Page} has code that is not built:\n{example.Code}"));

        static string Code(IEnumerable<string> lines) => string.Join(
            '\n', lines.Select(line => line.Trim()).Where(line => line.Length > 0 && !Usings().IsMatch(line)));
    }

    [Fact]
    public void A_line_of_prose_is_no_longer_than_an_editor_is_wide()
    {
        const int Columns = 140;
        Assert.All(Pages(), page => Assert.All(
            Prose(File.ReadAllLines(page)), line => Assert.True(line.Length <= Columns, $"{Path.GetRelativePath(Repository.Path, page)}: {line}")));
    }

    private static IEnumerable<string> Pages() =>
    [
        .. Directory.GetFiles(Repository.Path, "*.md"),
        .. Directory.GetFiles(Repository.PathOf("docs"), "*.md"),
        .. Directory.GetFiles(Repository.PathOf("clients"), "README.md", SearchOption.AllDirectories).Where(
            page => !page.Contains("node_modules", StringComparison.Ordinal)),
        .. Directory.GetDirectories(Repository.PathOf("src")).Select(project => Path.Combine(project, "README.md")).Where(File.Exists),
    ];

    /// <summary>What is neither code nor a row of a table.</summary>
    private static IEnumerable<string> Prose(IEnumerable<string> lines)
    {
        var isCode = false;
        foreach (var line in lines)
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
            }
            else if (!isCode && !line.StartsWith('|'))
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<(string Path, string Default)> Settings(string path, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object when value.EnumerateObject().Any() => value.EnumerateObject().SelectMany(
            child => Settings($"{path}:{child.Name}", child.Value)),
        JsonValueKind.Number => [(path, value.GetInt64().ToString("N0", System.Globalization.CultureInfo.InvariantCulture))],
        JsonValueKind.String when value.GetString() is { Length: > 0 } text => [(path, $"`{text}`")],
        _ => [(path, "none")],
    };

    [GeneratedRegex(@"^\| `(?<path>Scoring:[A-Za-z:]+)` \| (?<default>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex(@"\((?<page>[a-z-]+\.md)\)")]
    private static partial Regex Links();

    [GeneratedRegex("^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Examples();

    [GeneratedRegex(@"^using [A-Za-z0-9.= ]+;$")]
    private static partial Regex Usings();
}
