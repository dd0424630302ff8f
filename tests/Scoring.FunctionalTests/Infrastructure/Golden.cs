using System.Text.Json;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>The float64 figures of a real classifier, <c>tests/data/*.reference.json</c>.</summary>
internal sealed class Golden(JsonElement figures)
{
    public static Golden Read(string name) =>
        new(JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", $"{name}.reference.json"))).RootElement);

    public double this[string name] => figures.GetProperty(name).GetDouble();

    public Golden Part(string name) => new(figures.GetProperty(name));

    public IEnumerable<ulong> Matrix(string name) =>
        figures.GetProperty(name).EnumerateArray().SelectMany(row => row.EnumerateArray().Select(cell => cell.GetUInt64()));

    public bool Has(string name) => figures.TryGetProperty(name, out _);

    public void AssertIs(string name, double actual, double tolerance = 1e-6) => Assert.Equal(this[name], actual, tolerance);
}
