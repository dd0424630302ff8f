namespace Scoring.Cli.Files;

/// <summary>Takes a table's cells, row by row, in the order of the columns.</summary>
internal interface IScoreCells
{
    void Add(float number);

    void Add(string text);

    void EndRow();
}
