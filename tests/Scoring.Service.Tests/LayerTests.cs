using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Scoring.Service.Tests;

/// <summary>Which way projects, and the folders of the service, depend on each other: <c>docs/architecture.md</c>.</summary>
public sealed partial class LayerTests
{
    /// <summary>From what puts all together down to what knows of nothing else: a folder uses those after it.</summary>
    private static readonly string[] Folders =
        ["Hosting", "Evaluation", "OpenInference", "Http", "Streaming", "Security", "Connections", "Memory", "Calls", "Heads", "Files", "Telemetry",
            "Settings"];

    private static readonly string Sources = Path.Combine(
        typeof(LayerTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "Repository").Value!, "src");

    [Fact]
    public void Projects_use_those_below_them()
    {
        var arrows = Directory.GetDirectories(Sources).SelectMany(folder => Project(
            Path.GetFileName(folder)).Descendants("ProjectReference"), (folder, reference) =>
            $"{Path.GetFileName(folder)} → {Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))}");
        Assert.Equal(
            [
                "Scoring.Cli → Scoring.Client",
                "Scoring.Cli → Scoring.Heads",
                "Scoring.Cli → Scoring.Service",
                "Scoring.Client → Scoring.Protocol",
                "Scoring.Heads → Scoring.Kernels",
                "Scoring.Service → Scoring.Heads",
                "Scoring.Service → Scoring.Kernels",
                "Scoring.Service → Scoring.Protocol",
            ],
            arrows.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Scoring.Kernels")]
    [InlineData("Scoring.Heads")]
    public void Libraries_need_no_package_and_no_framework_of_a_server(string project)
    {
        Assert.Equal("Microsoft.NET.Sdk", Project(project).Root!.Attribute("Sdk")!.Value);
        Assert.DoesNotContain(Project(project).Descendants(), element => element.Name.LocalName is "PackageReference" or "FrameworkReference");
    }

    [Fact]
    public void Folders_of_the_service_use_those_after_them()
    {
        var service = Path.Combine(Sources, "Scoring.Service");
        var folders = Directory.GetDirectories(service).Where(
            folder => Directory.EnumerateFiles(folder, "*.cs").Any() && Path.GetFileName(folder) != "obj").ToArray();
        Assert.Equal(Folders.Order(StringComparer.Ordinal), folders.Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal));

        var upward = folders
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs").SelectMany(File.ReadLines), (folder, line) => (
                From: Path.GetFileName(folder), Using: Using().Match(line)))
            .Where(arrow => arrow.Using.Success)
            .Select(arrow => (arrow.From, To: arrow.Using.Groups["folder"].Value))
            .Where(arrow => arrow.From != arrow.To && Array.IndexOf(Folders, arrow.To) < Array.IndexOf(Folders, arrow.From))
            .Select(arrow => $"{arrow.From} → {arrow.To}");
        Assert.Empty(upward);
    }

    private static XDocument Project(string name) => XDocument.Load(Path.Combine(Sources, name, $"{name}.csproj"));

    [GeneratedRegex(@"^using (static |\w+ = )?Scoring\.Service\.(?<folder>\w+)")]
    private static partial Regex Using();
}
