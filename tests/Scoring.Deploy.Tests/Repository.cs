using System.Reflection;

namespace Scoring.Deploy.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static readonly string Path =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "Repository").Value!;

    public static string PathOf(string file) => System.IO.Path.Combine(Path, file);

    public static string Read(string file) => File.ReadAllText(PathOf(file));
}
