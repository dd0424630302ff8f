namespace Scoring.Cli.Files;

/// <summary>Reads rows of logits from a file or a pipe, a bounded piece at a time.</summary>
internal abstract class LogitReader(string name, InputBuffer input) : IAsyncDisposable
{
    /// <summary>What stands for a path where standard input or output is meant.</summary>
    public const string StandardStream = "-";

    /// <summary>What messages call the input.</summary>
    public string Name { get; } = name;

    /// <summary>Logits in a row.</summary>
    public abstract int Classes { get; }

    /// <summary>The classes' names, where the input has them.</summary>
    public virtual IReadOnlyList<string> Labels => [];

    /// <summary>Bytes consumed so far.</summary>
    public long Position => Input.Position;

    /// <summary>Bytes of the whole input; null where it is a pipe.</summary>
    public long? Length => Input.Length;

    protected InputBuffer Input { get; } = input;

    /// <summary>Opens a file, or standard input for <c>-</c>. What begins like an .npy file is read as one, and anything else as CSV.</summary>
    /// <exception cref="InvalidDataException">The input is neither.</exception>
    public static async Task<LogitReader> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var (name, stream) = path == StandardStream
            ? ("standard input", Console.OpenStandardInput())
            : (path, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan));
        return await OpenAsync(name, stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads from a stream, which the reader then owns.</summary>
    public static async Task<LogitReader> OpenAsync(string name, Stream stream, CancellationToken cancellationToken)
    {
        var input = new InputBuffer(stream);
        try
        {
            var isNpy = await input.FillToAsync(NpyHeader.Magic.Length, cancellationToken).ConfigureAwait(false)
                && input.Buffered.StartsWith(NpyHeader.Magic);
            if (!isNpy && Path.GetExtension(name).Equals(".npy", StringComparison.OrdinalIgnoreCase))
            {
                throw new InvalidDataException($"{name} is not an .npy file: it does not begin with \\x93NUMPY.");
            }

            return isNpy
                ? await NpyLogitReader.OpenAsync(name, input, cancellationToken).ConfigureAwait(false)
                : await CsvLogitReader.OpenAsync(name, input, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await input.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Reads as many whole rows as <paramref name="rows"/> has room for, row-major. Numbers of other precision become the
    /// nearest float32.
    /// </summary>
    /// <returns>The rows read; 0 at the end of the input.</returns>
    /// <exception cref="InvalidDataException">The input is not what it began as.</exception>
    public abstract ValueTask<int> ReadAsync(Memory<float> rows, CancellationToken cancellationToken);

    /// <summary>Says where a row and a class of it stand in the input.</summary>
    public abstract string Locate(long row, int? column);

    public ValueTask DisposeAsync() => Input.DisposeAsync();
}
