using System.Globalization;
using System.Text;
using Scoring.Heads.Reading;

namespace Scoring.Service.Files;

/// <summary>Reads files that are small unless something is wrong: whatever has come in the place of one takes no more memory than this.</summary>
internal static class SmallFile
{
    /// <summary>More than keys and certificates ever have.</summary>
    public const int MaxBytes = 16 << 20;

    /// <exception cref="IOException">It is too large, or cannot be read.</exception>
    public static byte[] ReadAllBytes(string path, int maxBytes = MaxBytes)
    {
        using var file = LinkTarget.Open(path);
        using var bytes = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (file.Read(buffer) is > 0 and var count)
        {
            // A device has no length, and may have no end.
            if (bytes.Length + count > maxBytes)
            {
                throw new IOException(string.Create(CultureInfo.InvariantCulture, $"it has more than {maxBytes} bytes"));
            }

            bytes.Write(buffer, 0, count);
        }

        return bytes.ToArray();
    }

    /// <exception cref="IOException">It is too large, or cannot be read.</exception>
    public static string ReadAllText(string path)
    {
        using var reader = new StreamReader(new MemoryStream(ReadAllBytes(path)), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
