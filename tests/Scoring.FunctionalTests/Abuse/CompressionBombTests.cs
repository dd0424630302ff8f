using System.IO.Compression;
using Scoring.FunctionalTests.Infrastructure;

namespace Scoring.FunctionalTests.Abuse;

/// <summary>A megabyte that says it is a gigabyte.</summary>
[Collection<AbuseTestGroup>]
public sealed class CompressionBombTests
{
    private const int MegabytesOfZeros = 1024;

    /// <summary>
    /// The limit of a message by default, which a buffer that grows by doubling reaches in four times as many bytes at most; and as much again for
    /// all else.
    /// </summary>
    private const long MaxAllocatedBytes = 8L * (16 << 20);

    [Theory]
    [InlineData("scoring.v1.ScoringService/Score")]
    [InlineData("scoring.v1.ScoringService/ScoreStream")]
    [InlineData("scoring.v1.ScoringService/Evaluate")]
    [InlineData("scoring.v1.ScoringService/Calibrate")]
    [InlineData("inference.GRPCInferenceService/ModelInfer")]
    [InlineData("inference.GRPCInferenceService/ModelStreamInfer")]
    public async Task A_bomb_is_refused_and_memory_does_not_follow_it(string method)
    {
        await using var server = await Aftermath.StartServerAsync();
        var aftermath = await Aftermath.OfAsync(server);
        var bomb = RawCalls.Frame(Bomb());
        bomb[0] = 1;

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var (status, _, answers) = await RawCalls.PostAsync(server, bomb, "gzip", method: method);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.Equal(("8", 0), (status, answers));
        Assert.InRange(allocated, 0, MaxAllocatedBytes);
        await aftermath.AssertUnharmedAsync();
    }

    /// <summary>Gzip files one after another are one file.</summary>
    private static byte[] Bomb()
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zip.Write(new byte[1 << 20]);
        }

        return [.. Enumerable.Repeat(packed.ToArray(), MegabytesOfZeros).SelectMany(part => part)];
    }
}
