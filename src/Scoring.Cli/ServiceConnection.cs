using Grpc.Core;
using Scoring.Client;
using Scoring.V1;

namespace Scoring.Cli;

/// <summary>A service that answers: one at an address, or one within this process, which ends with the connection.</summary>
internal sealed class ServiceConnection : IAsyncDisposable
{
    private const string Unix = "unix:";

    private readonly EmbeddedService? _embedded;
    private readonly string? _server;

    private ServiceConnection(EmbeddedService? embedded, string? server, TimeSpan patience)
    {
        (_embedded, _server) = (embedded, server);
        // The environment of a service, which the one within this process has as well, may want keys of its callers.
        var options = new ScoringClientOptions { StreamPatience = patience, ApiKey = ServerKey.Read() };
        Client = ScoringClient.Connect(server ?? embedded!.Address, options);
    }

    public ScoringClient Client { get; }

    /// <summary>Its heads, of which <see cref="AskForClassesAsync"/> learns what they have for each class, and its limits.</summary>
    public ListHeadsResponse Service { get; private set; } = new();

    /// <summary>The files that a service within this process reads.</summary>
    public IEnumerable<string> Files => _embedded?.Files ?? [];

    /// <param name="server">Where the service is; null for one within this process.</param>
    /// <param name="configuration">Settings of the service within this process.</param>
    /// <param name="patience">How long a stream tries to reach a service that went away.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="IOException">The service cannot be reached.</exception>
    public static async Task<ServiceConnection> OpenAsync(
        string? server, IReadOnlyList<string> configuration, TimeSpan patience, CancellationToken cancellationToken)
    {
        var embedded = server is null ? await EmbeddedService.StartAsync(configuration, cancellationToken).ConfigureAwait(false) : null;
        var connection = new ServiceConnection(embedded, server, patience);
        try
        {
            connection.Service = await connection.Client.ListHeadsAsync(new ListHeadsRequest(), cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch (Exception exception)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw exception is ScoringException failed && (failed.Error.Code == StatusCode.Unavailable || TransportError.Of(
                failed.InnerException as RpcException) is not null) ? connection.Unreachable(failed) : exception;
        }
    }

    /// <summary>Learns the labels and the bias of a head, or of all: one at a time, because of many classes they are a large answer.</summary>
    /// <param name="name">The head's name, of which there may be none; null for all.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    public async Task AskForClassesAsync(string? name, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Service.Heads.Count; i++)
        {
            var head = Service.Heads[i];
            if ((name ?? head.Name) == head.Name && (head.HasLabels || head.HasBias))
            {
                var request = new ListHeadsRequest { Heads = { head.Name }, WithClasses = true };
                Service.Heads[i] = (await Client.ListHeadsAsync(request, cancellationToken).ConfigureAwait(false)).Heads[0];
            }
        }
    }

    /// <summary>What to say where the transport failed on the way; any other failure speaks for itself.</summary>
    public Exception Lost(ScoringException exception, long rows) => exception.Error.Code == StatusCode.Unavailable
        ? new IOException($"lost {_server ?? "the service"} after {Plural.Of(rows, "row")}: {CommandRunner.Explain(exception)}", exception)
        : exception;

    /// <summary>The rows of so many classes that fit into one message.</summary>
    /// <param name="name">What the rows are from.</param>
    /// <param name="rowBytes">Bytes of a row with all that goes with it.</param>
    /// <param name="messageBytes">Bytes that one message should have, at most, as long as a row is not larger.</param>
    /// <exception cref="InvalidDataException">Not even one does.</exception>
    public int RowsPerMessage(string name, long rowBytes, int messageBytes)
    {
        // The fields beside the rows are small; a sixteenth is more than they need.
        var limits = Service.Limits;
        var limit = limits.MessageBytes - (limits.MessageBytes / 16);
        if (rowBytes > limit)
        {
            throw new InvalidDataException($"{name} has rows of {rowBytes} bytes; the service takes messages of up to {limits.MessageBytes} bytes");
        }

        return (int)Math.Clamp(Math.Min(messageBytes, limit) / rowBytes, 1, limits.Rows);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync().ConfigureAwait(false);
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync().ConfigureAwait(false);
        }
    }

    private IOException Unreachable(ScoringException exception)
    {
        var isMissingSocket = _server?.StartsWith(Unix, StringComparison.OrdinalIgnoreCase) == true && !File.Exists(_server[Unix.Length..]);
        return new IOException($"cannot reach {_server ?? "the service"}: "
            + $"{(isMissingSocket ? "there is no such socket" : CommandRunner.Explain(exception))}", exception);
    }
}
