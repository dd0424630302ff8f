using System.Text;
using Scoring.Cli.Files;

namespace Scoring.Cli.Tests.Files;

/// <summary>Readers over bytes, as a file and as a pipe.</summary>
internal static class LogitReaders
{
    public static Task<LogitReader> OpenAsync(byte[] bytes, string name = "input") =>
        LogitReader.OpenAsync(name, new MemoryStream(bytes), TestContext.Current.CancellationToken);

    public static Task<LogitReader> OpenAsync(string text) => OpenAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads everything, so many rows at a time.</summary>
    public static async Task<float[]> ReadAllAsync(this LogitReader reader, int rowsAtATime = 7)
    {
        var all = new List<float>();
        var buffer = new float[rowsAtATime * reader.Classes];
        while (await reader.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var rows)
        {
            Assert.InRange(rows, 1, rowsAtATime);
            all.AddRange(buffer.AsSpan(0, rows * reader.Classes));
        }

        return [.. all];
    }

    public static async Task<float[]> ReadAllAsync(byte[] bytes, int rowsAtATime = 7)
    {
        await using var reader = await OpenAsync(bytes);
        return await reader.ReadAllAsync(rowsAtATime);
    }

    public static Task<float[]> ReadAllAsync(string text) => ReadAllAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>What is said of an input that is no good.</summary>
    public static async Task<string> RefusalAsync(byte[] bytes, string name = "input")
    {
        var exception = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await using var reader = await OpenAsync(bytes, name);
            await reader.ReadAllAsync();
        });
        return exception.Message;
    }

    public static Task<string> RefusalAsync(string text) => RefusalAsync(Encoding.UTF8.GetBytes(text));
}
