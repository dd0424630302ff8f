using System.Text.Unicode;

namespace Scoring.Cli.Files;

/// <summary>
/// Goes through the fields of one line of CSV (RFC 4180). A quoted field comes without its quotes; quotes that are doubled within it stay so. Spaces
/// are a part of it.
/// </summary>
internal ref struct CsvFields(ReadOnlySpan<byte> line)
{
    private readonly bool _isText = line.IndexOfAny((byte)0, (byte)'\r') < 0 && Utf8.IsValid(line);
    private ReadOnlySpan<byte> _rest = line;
    private bool _ended;

    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Why the current field cannot be read; null where it can.</summary>
    public string? Fault { get; private set; }

    public bool MoveNext()
    {
        if (_ended)
        {
            return false;
        }

        var isQuoted = _rest is [(byte)'"', ..];
        var closing = isQuoted ? ClosingQuote(_rest) : -1;
        var comma = isQuoted && closing < 0 ? -1 : _rest[Math.Max(closing, 0)..].IndexOf((byte)',');
        if (comma < 0)
        {
            Current = _rest;
            _ended = true;
        }
        else
        {
            comma += Math.Max(closing, 0);
            Current = _rest[..comma];
            _rest = _rest[(comma + 1)..];
        }

        Fault = FindFault(isQuoted, closing);
        Current = closing > 0 ? Current[1..closing] : Current;
        return true;
    }

    private readonly string? FindFault(bool isQuoted, int closing)
    {
        if (isQuoted && closing < 0)
        {
            return "the field has no closing quote on its line; a line break within a field is not read";
        }

        if (isQuoted && !Current[(closing + 1)..].Trim(" \t"u8).IsEmpty)
        {
            return "the field goes on after its closing quote";
        }

        if (_isText)
        {
            return null;
        }

        return Current.IndexOfAny((byte)0, (byte)'\r') switch
        {
            < 0 => Utf8.IsValid(Current) ? null : "the field is not UTF-8; save the file in that encoding",
            var at when Current[at] == 0 => "the field has a zero byte, which is no text",
            _ => "the field has a carriage return; lines end in a line feed, or in both",
        };
    }

    /// <summary>Where the quote that ends the first field is, which begins with one; -1 where there is none.</summary>
    private static int ClosingQuote(ReadOnlySpan<byte> line)
    {
        for (var i = 1; i < line.Length; i++)
        {
            if (line[i] != '"')
            {
                continue;
            }

            if (i + 1 == line.Length || line[i + 1] != '"')
            {
                return i;
            }

            i++;
        }

        return -1;
    }
}
