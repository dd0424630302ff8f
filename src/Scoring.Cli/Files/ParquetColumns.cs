using Parquet.Data;
using Parquet.Schema;

namespace Scoring.Cli.Files;

/// <summary>Reads the columns of a row group.</summary>
internal static class ParquetColumns
{
    /// <summary>Runs a read, and says of a file that is broken that it is.</summary>
    /// <exception cref="InvalidDataException">The file is broken.</exception>
    public static async Task<T> ReadAsync<T>(string name, Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not UnauthorizedAccessException)
        {
            // A file that is cut or damaged comes to light as whatever its bytes lead to: an index out of range, an overflow, a type that is unknown.
            throw new InvalidDataException($"{name} is not a Parquet file that can be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    /// <summary>Visits every row that has a value; nulls are passed over.</summary>
    public static void ForEach<T>(RawColumnData<T> column, DataField field, int rows, Action<int, T> visit)
        where T : struct
    {
        var values = column.Values;
        var levels = field.MaxDefinitionLevel > 0 ? column.DefinitionLevels : [];
        var next = 0;
        for (var row = 0; row < rows; row++)
        {
            if (levels.IsEmpty || levels[row] == field.MaxDefinitionLevel)
            {
                visit(row, values[next++]);
            }
        }
    }

    public static string TypeName(DataField field) => field.ClrType == typeof(ReadOnlyMemory<char>) ? "text" : field.ClrType.Name.ToLowerInvariant();
}
