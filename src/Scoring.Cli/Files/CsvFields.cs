namespace Scoring.Cli.Files;

/// <summary>
/// Goes through the fields of one line of CSV (RFC 4180). A quoted field comes without its quotes; quotes that are doubled within it stay so.
/// </summary>
internal ref struct CsvFields(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> _rest = line;
    private bool _ended;

    public ReadOnlySpan<byte> Current { get; private set; }

    public bool MoveNext()
    {
        if (_ended)
        {
            return false;
        }

        var closing = ClosingQuote(_rest);
        var comma = _rest[Math.Max(closing, 0)..].IndexOf((byte)',');
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

        Current = closing > 0 ? Current[1..closing] : Current.Trim(" \t"u8);
        return true;
    }

    /// <summary>Where the quote that ends the first field is; -1 where it is not quoted.</summary>
    private static int ClosingQuote(ReadOnlySpan<byte> line)
    {
        if (line is not [(byte)'"', ..])
        {
            return -1;
        }

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
