using Scoring.V1;

namespace Scoring.Cli.Files;

/// <summary>Reads rows of logits from a file or a pipe, a bounded piece at a time.</summary>
internal abstract class LogitReader(string name) : IAsyncDisposable
{
    /// <summary>What stands for a path where standard input or output is meant.</summary>
    public const string StandardStream = "-";

    /// <summary>What messages call the input.</summary>
    public string Name { get; } = name;

    /// <summary>Logits in a row.</summary>
    public abstract int Classes { get; }

    /// <summary>What its logits are, and are sent as.</summary>
    public abstract DataType ElementType { get; }

    /// <summary>Bytes of a row.</summary>
    public long RowBytes => (long)Classes * ElementBytes;

    protected int ElementBytes => ElementType switch
    {
        DataType.Fp16 => 2,
        DataType.Fp32 => sizeof(float),
        _ => sizeof(double),
    };

    /// <summary>The classes' names, where the input has them.</summary>
    public virtual IReadOnlyList<string> Labels => [];

    /// <summary>The names of columns that are neither logits nor targets.</summary>
    public virtual IEnumerable<string> PassedOver => [];

    /// <summary>Rows of the whole input, where it says so before they are read.</summary>
    public virtual long? Rows => null;

    /// <summary>Bytes consumed so far.</summary>
    public abstract long Position { get; }

    /// <summary>Bytes of the whole input; null where it is a pipe.</summary>
    public abstract long? Length { get; }

    /// <summary>What the input says of each row's target beside its logits.</summary>
    public virtual TargetKind Targets => TargetKind.None;

    /// <summary>
    /// Opens a file, or standard input for <c>-</c>. What begins like an .npy or a Parquet file is read as one, and anything else as CSV.
    /// </summary>
    /// <exception cref="InvalidDataException">The input is none of them.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static async Task<LogitReader> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (path != StandardStream)
        {
            return await OpenAsync(path, await OpenFileAsync(path, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        StandardStreams.RequireInput();
        return await OpenAsync("standard input", Console.OpenStandardInput(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a file to read.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static async Task<Stream> OpenFileAsync(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            // Its opening would be refused as if it were secret.
            throw new IOException($"{path} is a folder.");
        }

        // A pipe that nobody writes to cannot be opened, and nothing but the end of the process ends that wait.
        return await Task.Run(
            () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan),
            CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads from a stream, which the reader then owns.</summary>
    public static async Task<LogitReader> OpenAsync(string name, Stream stream, CancellationToken cancellationToken)
    {
        var input = new InputBuffer(stream);
        try
        {
            if (await input.FillToAsync(ParquetLogitReader.Magic.Length, cancellationToken).ConfigureAwait(false)
                && input.Buffered.StartsWith(ParquetLogitReader.Magic))
            {
                return await ParquetLogitReader.OpenFileAsync(name, stream, cancellationToken).ConfigureAwait(false);
            }

            if (Path.GetExtension(name).Equals(".parquet", StringComparison.OrdinalIgnoreCase))
            {
                throw new InvalidDataException($"{name} is not a Parquet file: it does not begin with PAR1.");
            }

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
    /// Reads as many whole rows as <paramref name="rows"/> has room for, row-major and little-endian, with their targets where those are asked for.
    /// </summary>
    /// <returns>The rows read; 0 at the end of the input.</returns>
    /// <exception cref="InvalidDataException">The input is not what it began as.</exception>
    public abstract ValueTask<int> ReadAsync(Memory<byte> rows, TargetBuffer? targets, CancellationToken cancellationToken);

    /// <summary>Says where a row and a class of it stand in the input.</summary>
    public abstract string Locate(long row, int? column);

    /// <summary>Says on standard error which columns were passed over: one of them may be a class that somebody misses.</summary>
    public void ShowPassedOver()
    {
        const int Shown = 5;
        var names = PassedOver.ToList();
        if (names.Count > 0)
        {
            Console.Error.WriteLine($"passed over in {Name}: {Plural.Of(names.Count, "column")}, "
                + string.Join(", ", names.Take(Shown).Select(name => Quoted.Text(name))) + (names.Count > Shown ? ", …" : ""));
        }
    }

    public abstract ValueTask DisposeAsync();
}
