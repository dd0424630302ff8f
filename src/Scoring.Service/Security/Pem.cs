using System.Security.Cryptography;

namespace Scoring.Service.Security;

/// <summary>Text with certificates or keys in blocks of PEM.</summary>
internal static class Pem
{
    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";
    private const string Dashes = "-----";

    /// <summary>
    /// What is between whole blocks of PEM is passed over in silence, and so would be the rest of a file that somebody is still writing.
    /// </summary>
    /// <exception cref="CryptographicException">A block is not whole.</exception>
    public static void IsWhole(ReadOnlySpan<char> pem)
    {
        var line = 1;
        while (!pem.IsEmpty)
        {
            var (before, end) = PemEncoding.TryFind(pem, out var block)
                ? (block.Location.Start.GetOffset(pem.Length), block.Location.End.GetOffset(pem.Length))
                : (pem.Length, pem.Length);
            foreach (var text in pem[..before].EnumerateLines())
            {
                if (text.StartsWith(Begin, StringComparison.Ordinal) || text.StartsWith(End, StringComparison.Ordinal) || IsCut(text, pem[..before]))
                {
                    throw new CryptographicException($"line {line} begins a block of PEM that is not whole");
                }

                line++;
            }

            line += pem[before..end].Count('\n') - 1;
            pem = pem[end..];
        }
    }

    /// <summary>Whether it is the end of the text, in the middle of what a block begins with.</summary>
    private static bool IsCut(ReadOnlySpan<char> line, ReadOnlySpan<char> text) =>
        line.StartsWith(Dashes, StringComparison.Ordinal) && Begin.AsSpan().StartsWith(line, StringComparison.Ordinal)
            && text.EndsWith(line, StringComparison.Ordinal);
}
