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
        var rows = Rows().Matches(Repository.Read("docs/settings.md")).ToDictionary(row => row.Groups["path"].Value, row => row.Groups["default"].Value);
        var settings = Settings("Scoring", file.RootElement.GetProperty("Scoring")).ToDictionary(setting => setting.Path, setting => setting.Default);

        Assert.Equal(settings.Keys.Order(), rows.Keys.Order());
        Assert.All(settings, setting => Assert.True(
            rows[setting.Key] == setting.Value || rows[setting.Key].Contains("of the heap", StringComparison.Ordinal), $"{setting.Key} is {setting.Value}, not {rows[setting.Key]}"));
    }

    [Fact]
    public void The_index_names_every_page_and_pages_that_there_are()
    {
        var named = Links().Matches(Repository.Read("docs/README.md")).Select(link => link.Groups["page"].Value).Distinct().Order();
        Assert.Equal(Directory.GetFiles(Repository.PathOf("docs"), "*.md").Select(page => Path.GetFileName(page)).Where(page => page != "README.md").Order(), named);
    }

    [Fact]
    public void The_whole_program_of_the_page_is_the_one_that_is_built() =>
        Assert.Contains($"```csharp\n{Repository.Read("tests/Scoring.Example/Program.cs")}```\n", Repository.Read("docs/client.md"), StringComparison.Ordinal);

    [Fact]
    public void A_line_of_prose_is_no_longer_than_an_editor_is_wide()
    {
        const int Columns = 140;
        string[] pages =
        [
            .. Directory.GetFiles(Repository.Path, "*.md"),
            .. Directory.GetFiles(Repository.PathOf("docs"), "*.md"),
            .. Directory.GetFiles(Repository.PathOf("clients"), "README.md", SearchOption.AllDirectories),
            .. Directory.GetDirectories(Repository.PathOf("src")).Select(project => Path.Combine(project, "README.md")).Where(File.Exists),
        ];
        Assert.All(pages.Where(page => !page.Contains("node_modules", StringComparison.Ordinal)), page => Assert.All(
            Prose(File.ReadAllLines(page)), line => Assert.True(line.Length <= Columns, $"{Path.GetRelativePath(Repository.Path, page)}: {line}")));
    }

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
        JsonValueKind.Object when value.EnumerateObject().Any() => value.EnumerateObject().SelectMany(child => Settings($"{path}:{child.Name}", child.Value)),
        JsonValueKind.Number => [(path, value.GetInt64().ToString("N0", System.Globalization.CultureInfo.InvariantCulture))],
        JsonValueKind.String when value.GetString() is { Length: > 0 } text => [(path, $"`{text}`")],
        _ => [(path, "none")],
    };

    [GeneratedRegex(@"^\| `(?<path>Scoring:[A-Za-z:]+)` \| (?<default>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex(@"\((?<page>[a-z-]+\.md)\)")]
    private static partial Regex Links();
}
