using System.Globalization;
using System.Text;

namespace Scoring.Service.Calls;

/// <summary>
/// The text of a status, and of the error of one message. It goes out several times over in the headers that end a call, and what names heads, labels
/// or anything else of a client's making can be of any length, while proxies take a few kilobytes of headers: nginx makes an answer of 502 of more,
/// HAProxy a reset, and both look like an outage.
/// </summary>
internal static class StatusText
{
    /// <summary>What <see cref="CallStatus"/> sends of text and details together is at most so many bytes.</summary>
    public const int MaxStatusBytes = 3584;

    /// <summary>What all copies of the text may take of them; the rest is for what the details say besides.</summary>
    private const int MaxBytes = 3088;

    /// <summary>For "… and 1,234,567,890 characters more".</summary>
    private const int MoreBytes = 280;

    /// <summary>In the trailer of the error, and three times in the details, in Base64: 4 × 4/3.</summary>
    private const int Base64PerByte = 6;

    /// <summary>The text, or its beginning and how much was left out.</summary>
    public static string Fit(string text)
    {
        var (bytes, characters, kept) = (0, 0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += Cost(rune);
            characters += rune.Utf16SequenceLength;
            if (bytes <= MaxBytes - MoreBytes)
            {
                kept = characters;
            }
            else if (bytes > MaxBytes)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, kept)}… and {text.Length - kept:N0} characters more");
            }
        }

        return text;
    }

    /// <summary>Percent-encoded, as the header <c>grpc-message</c> has it.</summary>
    public static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var unit in Encoding.UTF8.GetBytes(text))
        {
            _ = IsPlain(unit) ? encoded.Append((char)unit) : encoded.Append(CultureInfo.InvariantCulture, $"%{unit:X2}");
        }

        return encoded.ToString();
    }

    private static bool IsPlain(int unit) => unit is >= ' ' and <= '~' and not '%';

    /// <summary>Once in percent-encoding, and the others.</summary>
    private static int Cost(Rune rune) => ((IsPlain(rune.Value) ? 1 : 3) + Base64PerByte) * rune.Utf8SequenceLength;
}
