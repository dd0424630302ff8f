using System.Runtime.InteropServices;
using Scoring.Cli.Files;

namespace Scoring.Cli.Demo;

/// <summary>The demo's data, which ships within the program: iris, as a logistic regression over its four measures sees it.</summary>
/// <param name="Logits">rows × classes, row-major.</param>
/// <param name="Targets">The true class of each row.</param>
/// <param name="Labels">The classes' names.</param>
internal sealed record IrisData(float[] Logits, int[] Targets, string[] Labels)
{
    public int Rows => Targets.Length;

    public int Classes => Labels.Length;

    public static async Task<IrisData> LoadAsync(CancellationToken cancellationToken)
    {
        using var labels = new StreamReader(Open("iris.labels.txt"));
        var names = (await labels.ReadToEndAsync(cancellationToken).ConfigureAwait(false))
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new IrisData(
            await ReadAsync<float>("iris.logits.npy", "<f4", cancellationToken).ConfigureAwait(false),
            await ReadAsync<int>("iris.targets.npy", "<i4", cancellationToken).ConfigureAwait(false),
            names);
    }

    private static async Task<T[]> ReadAsync<T>(string name, string descr, CancellationToken cancellationToken)
        where T : unmanaged
    {
        await using var input = new InputBuffer(Open(name));
        var header = await NpyHeader.ReadAsync(name, input, cancellationToken).ConfigureAwait(false);
        if (header.Descr != descr)
        {
            throw new InvalidDataException($"{name} has dtype {header.Descr}, not {descr}.");
        }

        var bytes = new byte[input.Length!.Value - input.Position];
        await input.ReadAsync(bytes, cancellationToken).ConfigureAwait(false);
        return MemoryMarshal.Cast<byte, T>(bytes).ToArray();
    }

    private static Stream Open(string name) =>
        typeof(IrisData).Assembly.GetManifestResourceStream(name) ?? throw new InvalidDataException($"{name} is not in the program.");
}
