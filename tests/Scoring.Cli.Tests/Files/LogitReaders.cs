using System.Runtime.InteropServices;
using System.Text;
using Scoring.Cli.Files;
using Scoring.V1;

namespace Scoring.Cli.Tests.Files;

/// <summary>Readers over bytes, as a file and as a pipe.</summary>
internal static class LogitReaders
{
    public static Task<LogitReader> OpenAsync(byte[] bytes, string name = "input") =>
        LogitReader.OpenAsync(name, new MemoryStream(bytes), TestContext.Current.CancellationToken);

    public static Task<LogitReader> OpenAsync(string text) => OpenAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads everything, so many rows at a time. Tests that care for more than FP32 read elements of their type.</summary>
    public static async Task<float[]> ReadAllAsync(this LogitReader reader, int rowsAtATime = 7)
    {
        var bytes = await reader.ReadBytesAsync(rowsAtATime);
        return reader.ElementType switch
        {
            DataType.Fp16 => [.. MemoryMarshal.Cast<byte, Half>(bytes.AsSpan()).ToArray().Select(element => (float)element)],
            DataType.Fp32 => MemoryMarshal.Cast<byte, float>(bytes.AsSpan()).ToArray(),
            _ => [.. MemoryMarshal.Cast<byte, double>(bytes.AsSpan()).ToArray().Select(element => (float)element)],
        };
    }

    /// <summary>Reads everything, as it is.</summary>
    public static async Task<byte[]> ReadBytesAsync(this LogitReader reader, int rowsAtATime = 7)
    {
        var all = new List<byte>();
        var buffer = new byte[rowsAtATime * reader.RowBytes];
        while (await reader.ReadAsync(buffer, null, TestContext.Current.CancellationToken) is > 0 and var rows)
        {
            Assert.InRange(rows, 1, rowsAtATime);
            all.AddRange(buffer.AsSpan(0, (int)(rows * reader.RowBytes)));
        }

        return [.. all];
    }

    /// <summary>All of an input of FP64.</summary>
    public static async Task<double[]> ReadDoublesAsync(byte[] bytes)
    {
        await using var reader = await OpenAsync(bytes);
        Assert.Equal(DataType.Fp64, reader.ElementType);
        return MemoryMarshal.Cast<byte, double>((await reader.ReadBytesAsync()).AsSpan()).ToArray();
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
