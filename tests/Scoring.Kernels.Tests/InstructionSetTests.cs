using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Scoring.Kernels.Tests;

/// <summary>
/// Runs this very suite again in processes of their own with instructions switched off. What each of them computed over many shapes is compared by
/// its digest, so all instruction sets give the same bits.
/// </summary>
public sealed class InstructionSetTests
{
    private const string Narrowed = "SCORING_KERNELS_TESTS_NARROWED";

    [Fact]
    public void The_name_is_one_of_the_four()
    {
        Assert.Contains(InstructionSet.Name, (string[])["AVX-512", "AVX2", "Vector128", "Scalar"]);
    }

    [Theory]
    [InlineData("EnableAVX512")]
    [InlineData("EnableAVX2")]
    [InlineData("EnableHWIntrinsic")]
    public async Task The_suite_passes_and_the_bits_stay_the_same_with_instructions_switched_off(string instructions)
    {
        // A process started here comes by this test as well.
        if (Environment.GetEnvironmentVariable(Narrowed) is not null)
        {
            return;
        }

        string digests = Path.GetTempFileName();
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(InstructionSetTests).Assembly.Location);
        }

        start.Environment[$"DOTNET_{instructions}"] = "0";
        start.Environment[Narrowed] = digests;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, output + await errors);
        string[] told = await File.ReadAllLinesAsync(digests, TestContext.Current.CancellationToken);
        File.Delete(digests);
        Assert.NotEqual("AVX-512", told[0]);
        Assert.Equal(AllDigests.Value, told[1..]);
    }

    [Fact]
    public void A_narrowed_process_tells_its_digests()
    {
        Assert.All(AllDigests.Value, digest => Assert.Equal(64, digest.Length));
        if (Environment.GetEnvironmentVariable(Narrowed) is { } path)
        {
            File.WriteAllLines(path, [InstructionSet.Name, .. AllDigests.Value]);
        }
    }

    private static readonly Lazy<string[]> AllDigests = new(
        () => [.. Results().Select(result => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(result.AsSpan()))))]);

    private static IEnumerable<float[]> Results()
    {
        foreach (int classes in (int[])[1, 2, 3, 5, 8, 10, 15, 16, 17, 31, 33, 64, 100, 257, 1000, 1025, 33_000, 66_000])
        {
            foreach (double range in (double[])[5, 80, 300, 1e38])
            {
                int rows = classes > 1025 ? 1 : 5;
                float[] logits = Samples.Uniform(rows * classes, range, seed: classes);
                float[] bias = Samples.Normal(classes, 2, seed: 4);
                logits[^1] = float.NegativeInfinity;
                logits[0] = 1;
                foreach ((float temperature, float[] perClass) in ((float, float[])[])[(1, []), (0.7f, []), (1.9f, bias)])
                {
                    float[] results = new float[logits.Length], ones = new float[rows], losses = new float[rows], top = new float[rows];
                    Softmax.Compute(logits, classes, results, temperature, perClass);
                    yield return results;
                    LogSoftmax.Compute(logits, classes, results, temperature, perClass);
                    yield return results;
                    Sigmoid.Compute(logits, classes, results, temperature, perClass);
                    yield return results;
                    Linear.Compute(logits, classes, results, temperature, perClass);
                    yield return results;
                    Entropy.Compute(logits, classes, ones, temperature, perClass);
                    yield return ones;
                    CrossEntropy.Compute(logits, classes, new int[rows], losses, temperature, perClass);
                    yield return losses;
                    BinaryCrossEntropy.Compute(logits, classes, new byte[logits.Length], losses, temperature, perClass);
                    yield return losses;
                    TopK.Probabilities(logits, classes, 1, new int[rows], top, temperature, perClass);
                    yield return top;
                }
            }
        }
    }
}
