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
        catch (Exception exception) when (IsOfTheFile(exception))
        {
            throw Broken(name, exception.Message, exception);
        }
    }

    /// <summary>Looks at what was read, and says of a file that is broken that it is.</summary>
    /// <exception cref="InvalidDataException">The file is broken.</exception>
    public static T Read<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (IsOfTheFile(exception))
        {
            throw Broken(name, exception.Message, exception);
        }
    }

    /// <summary>Visits every row that has a value; nulls are passed over.</summary>
    /// <exception cref="InvalidDataException">The column has fewer rows or values than it says.</exception>
    public static void ForEach<T>(string name, RawColumnData<T> column, DataField field, int rows, Action<int, T> visit)
        where T : struct
    {
        var values = column.Values;
        var levels = field.MaxDefinitionLevel > 0 ? column.DefinitionLevels : [];
        var hasLevels = !levels.IsEmpty;
        if (values.Length < (hasLevels ? levels.Count(field.MaxDefinitionLevel) : rows) || (hasLevels && levels.Length < rows))
        {
            throw Broken(name, $"column {Quoted.Text(field.Name)} has fewer values than its {rows} rows");
        }

        var next = 0;
        for (var row = 0; row < rows; row++)
        {
            if (!hasLevels || levels[row] == field.MaxDefinitionLevel)
            {
                visit(row, values[next++]);
            }
        }
    }

    /// <param name="name">The file.</param>
    /// <param name="fault">What is wrong with it.</param>
    /// <param name="cause">What has come to light; null where nothing was thrown.</param>
    public static InvalidDataException Broken(string name, string fault, Exception? cause = null) =>
        cause is NotImplementedException
            ? new($"{name} has what this reader of Parquet does not know, such as lists in pages of version 2: write pages of version 1.", cause)
            : new($"{name} is not a Parquet file that can be read: {Quoted.Line(fault.ReplaceLineEndings(" "))}", cause);

    /// <summary>The field as one of a value, or none, for each row; null where it is of something else.</summary>
    public static DataField? AsColumn(Field field) => field is DataField { IsArray: false } column ? column : null;

    public static string TypeName(Field field) => AsColumn(field) switch
    {
        null => field is DataField ? "lists" : $"{field.SchemaType.ToString().ToLowerInvariant()}s",
        TimeDataField => "time",
        var column when column.ClrType == typeof(ReadOnlyMemory<char>) => "text",
        var column when column.ClrType == typeof(ReadOnlyMemory<byte>) => "bytes",
        var column => column.ClrType.Name.ToLowerInvariant(),
    };

    /// <summary>
    /// A file that is cut or damaged comes to light as whatever its bytes lead to: an index out of range, an overflow, a type that is unknown.
    /// </summary>
    private static bool IsOfTheFile(Exception exception) => exception is not OperationCanceledException and not UnauthorizedAccessException;
}
