namespace Scoring.Cli.Tests.Files;

/// <summary>A pipe that gives a few bytes at a time and cannot seek.</summary>
internal sealed class Trickle(byte[] bytes, int atATime) : MemoryStream(bytes)
{
    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, atATime)], cancellationToken);
}
