using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Scoring.Cli.Commands;

/// <summary>Values of options that are more than words, and what is said of those that are not what they should be.</summary>
internal static class Parsed
{
    /// <summary>A number within bounds.</summary>
    public static T? Number<T>(ArgumentResult result, string bounds, Predicate<T> isWithin)
        where T : struct, INumber<T>
    {
        var text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && isWithin(number))
        {
            return number;
        }

        result.AddError($"{Option(result)} must be {bounds}, not '{text}'.");
        return null;
    }

    /// <summary>A number of bytes: <c>65536</c>, <c>64K</c> or <c>1M</c> (powers of 1024).</summary>
    public static int ByteSize(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var (digits, shift) = text switch
        {
            [.., 'k' or 'K'] => (text[..^1], 10),
            [.., 'm' or 'M'] => (text[..^1], 20),
            _ => (text, 0),
        };
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 && size <= int.MaxValue >> shift)
        {
            return size << shift;
        }

        result.AddError($"{Option(result)} must be a number of bytes, such as 65536, 64K or 1M, not '{text}'.");
        return 0;
    }

    /// <summary>Refuses an empty text, such as a variable of a shell that is not set, where a path is asked for.</summary>
    public static void RequirePath(SymbolResult result)
    {
        if (result.Tokens is [{ Value.Length: 0 }])
        {
            result.AddError($"{(result is OptionResult option ? option.Option.Name : "input")} must be a path, not ''.");
        }
    }

    /// <summary>Holds values against each other, once each by itself is what it should be.</summary>
    public static void Together(Command command, Action<CommandResult> check) => command.Validators.Add(result =>
    {
        try
        {
            check(result);
        }
        catch (InvalidOperationException)
        {
            // A value was asked for that is none, which is told where it is read.
        }
    });

    private static string Option(ArgumentResult result) => ((OptionResult)result.Parent!).Option.Name;
}
