using Scoring.Client;

namespace Scoring.Cli.Files;

/// <summary>What the service refuses, told in the places of the user's file: it counts rows from a message's first.</summary>
internal static class Refusal
{
    public static string Locate(ScoreError error, LogitReader input, long firstRow, int rows)
    {
        if (error.Row is not { } row)
        {
            return $"{input.Name}, rows {firstRow} to {firstRow + rows - 1}: {error.Message}";
        }

        var inMessage = $"row {row}, column {error.Column}";
        var column = error.Message.StartsWith(inMessage, StringComparison.Ordinal) ? error.Column : null;
        inMessage = column is null ? $"row {row}" : inMessage;
        var what = error.Message.StartsWith(inMessage, StringComparison.Ordinal) ? error.Message[inMessage.Length..] : $": {error.Message}";
        return $"{input.Name}, {input.Locate(firstRow + row, column)}{what}";
    }
}
