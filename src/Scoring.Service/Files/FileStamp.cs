using System.Buffers;
using System.Security.Cryptography;
using Scoring.Heads.Reading;

namespace Scoring.Service.Files;

/// <summary>What tells one state of a file from another. Of a link it is the file at its end that counts.</summary>
/// <param name="Path">The file.</param>
/// <param name="Written">When it was last written; null where it is not there.</param>
/// <param name="Length">Its bytes; none also where it is a pipe or a device.</param>
internal readonly record struct FileStamp(string Path, DateTime? Written, long Length)
{
    /// <summary>The clock of a file system goes on in steps: of hundredths of a second at best, and of two seconds at worst.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);

    private const long MaxHashedBytes = 64 << 20;

    /// <summary>What is read at a time, into memory that is there already: most looks find nothing new.</summary>
    private const int PieceBytes = 64 << 10;

    /// <summary>
    /// So many bytes are looked at each time. Where a link leads, or what a tool makes of times, can put a file in the place of another that is as
    /// long and as old; what callers are known by is never longer.
    /// </summary>
    private const long AlwaysHashedBytes = 1 << 20;

    /// <summary>The file at the end of a link.</summary>
    private string? End { get; init; }

    /// <summary>A hash of its bytes, which may have changed within the step in which the file was written.</summary>
    private string? Content { get; init; }

    /// <summary>Whether its bytes were looked at after that step.</summary>
    private bool IsSettled { get; init; }

    /// <summary>Why the file is not to be read; null where it may be.</summary>
    public string? Problem => Written is null ? null : LinkTarget.Problem(Length);

    /// <param name="path">The file.</param>
    /// <param name="before">The stamp that it had at the last look.</param>
    /// <param name="now">The time of this look.</param>
    public static FileStamp Of(string path, FileStamp before, DateTimeOffset now)
    {
        try
        {
            if (LinkTarget.Find(path) is not { } there)
            {
                return new FileStamp(path, null, 0);
            }

            var stamp = new FileStamp(path, there.LastWriteTimeUtc, there.Length) { End = there.FullName };
            return before.IsSettled && there.Length > AlwaysHashedBytes && stamp == before with { Content = null, IsSettled = false }
                ? before
                : stamp with { Content = HashOf(there), IsSettled = now.UtcDateTime - there.LastWriteTimeUtc > Step };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new FileStamp(path, null, 0);
        }
    }

    /// <summary>Whether the file is as it was then.</summary>
    public bool IsSameAs(FileStamp other) => this with { IsSettled = other.IsSettled } == other;

    /// <summary>Nothing where there are no bytes, or more than anybody here reads.</summary>
    private static string HashOf(FileInfo file)
    {
        if (file.Length is 0 or > MaxHashedBytes)
        {
            return string.Empty;
        }

        using var stream = LinkTarget.Open(file.FullName);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(file.Length, PieceBytes));
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            while (stream.Read(buffer) is > 0 and var count)
            {
                hash.AppendData(buffer, 0, count);
            }

            return Convert.ToHexString(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
