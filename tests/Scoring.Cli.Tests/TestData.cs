namespace Scoring.Cli.Tests;

/// <summary>The golden data, which lies beside the tests.</summary>
internal static class TestData
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "data", name);
}
