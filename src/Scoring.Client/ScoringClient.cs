using System.Diagnostics;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Scoring.Client.Bursts;
using Scoring.Protocol;
using Scoring.Protocol.OpenInference;
using Scoring.V1;

namespace Scoring.Client;

/// <summary>
/// A connection to a Scoring service, to be shared: any number of calls and streams may use it at once.
/// <code>
/// await using var client = ScoringClient.Connect("http://localhost:8080");
/// using var result = await client.ScoreAsync(new ScoreRequest { Classes = 3, Logits = logits });
/// </code>
/// </summary>
public sealed class ScoringClient : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly CallInvoker _invoker;
    private readonly ScoringClientOptions _options;
    private readonly ScoringMethods _methods;
    private readonly Method<PooledScoreRequest, PooledScoreResponse> _stream;
    private ulong _lastId;

    private ScoringClient(GrpcChannel channel, ScoringClientOptions options)
    {
        _channel = channel;
        _invoker = channel.CreateCallInvoker();
        _options = options;
        Pool = new MessagePool(options.MaxIdleBufferBytes);
        _methods = new ScoringMethods(Pool);
        _stream = options.StreamsOpenInference ? new InferenceMethods(Pool).ModelStreamInfer : _methods.ScoreStream;
    }

    internal MessagePool Pool { get; }

    /// <summary>Makes a client. The connection itself is made by the first call.</summary>
    /// <param name="address"><c>http://host:port</c>, <c>https://host:port</c>, or <c>unix:/path</c> for a Unix domain socket.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    public static ScoringClient Connect(string address, ScoringClientOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        options ??= new ScoringClientOptions();
        options.Validate();

        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = 1 << 20,
        };

        if (TryGetUnixPath(address, out var path))
        {
            var endPoint = new UnixDomainSocketEndPoint(path);
            handler.ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
            address = "http://localhost";
        }
        else if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            handler.Dispose();
            throw new ArgumentException($"'{address}' is no address of a service; one reads http://host:port, https://host:port or unix:/path", nameof(address));
        }

        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = new BurstHandler(handler),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = options.MaxReceiveMessageBytes,
            MaxSendMessageSize = null,
            ThrowOperationCanceledOnCancellation = true,
        });
        return new ScoringClient(channel, options);
    }

    /// <summary>Scores one message of rows.</summary>
    /// <exception cref="ScoringException">The service refused the message, or could not be reached.</exception>
    public async Task<ScoreResult> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var id = request.Id ?? Interlocked.Increment(ref _lastId);
        using var message = RequestMessage.Rent(Pool, request, id);
        var span = ClientActivities.Start(Activity.Current ?? request.Caller, message);
        ScoreError? error = null;
        try
        {
            // The call's own headers carry it as well.
            Activity.Current = span ?? Activity.Current;
            using var call = _invoker.AsyncUnaryCall(_methods.Score, null, new CallOptions(cancellationToken: cancellationToken), message);
            return new ScoreResult(await call.ResponseAsync.ConfigureAwait(false));
        }
        catch (RpcException exception)
        {
            var failure = UnaryError.From(exception, id);
            error = failure.Error;
            throw failure;
        }
        finally
        {
            ClientActivities.End(span, error);
        }
    }

    /// <summary>
    /// Scores any number of messages over one call: one result for each request, in the order of the requests. What is wrong
    /// with one message is its result's <see cref="ScoreResult.Error"/>, and the stream goes on.
    /// </summary>
    /// <param name="requests">The messages. The next one is asked for as soon as the window of messages in flight has room.</param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    /// <exception cref="ScoringException">The call itself broke.</exception>
    public IAsyncEnumerable<ScoreResult> ScoreStreamAsync(IAsyncEnumerable<ScoreRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return new ScoreStream(_invoker, _stream, Pool, _options).RunAsync(requests, cancellationToken);
    }

    /// <summary>Measures classification: losses and metrics of any number of rows with their targets.</summary>
    /// <param name="requests">The rows: every message has the same head, width and temperature. One is sent at a time.</param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    /// <exception cref="ScoringException">The service refused a message, which the error names, or could not be reached.</exception>
    public Task<EvaluateResponse> EvaluateAsync(IAsyncEnumerable<EvaluateRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return EvaluationCall.RunAsync(_invoker, _methods.Evaluate, requests, cancellationToken);
    }

    /// <summary>Fits the temperature that minimises cross-entropy over the rows, which the service holds until the last has arrived.</summary>
    /// <param name="requests">The rows: every message has the same head, width and temperature. One is sent at a time.</param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    /// <exception cref="ScoringException">The service refused a message, which the error names, or could not be reached.</exception>
    public Task<CalibrateResponse> CalibrateAsync(IAsyncEnumerable<EvaluateRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return EvaluationCall.RunAsync(_invoker, _methods.Calibrate, requests, cancellationToken);
    }

    /// <summary>Lists the heads that the service has, and its limits.</summary>
    /// <exception cref="ScoringException">The service could not be reached.</exception>
    public async Task<ListHeadsResponse> ListHeadsAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            using var call = _invoker.AsyncUnaryCall(
                _methods.ListHeads, null, new CallOptions(cancellationToken: cancellationToken), new ListHeadsRequest());
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw new ScoringException(exception);
        }
    }

    /// <summary>Ends every call that is still under way, and closes the connection.</summary>
    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool TryGetUnixPath(string address, out string path)
    {
        const string Scheme = "unix:";
        if (!address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            path = string.Empty;
            return false;
        }

        // Both unix:/path and unix:///path are in use.
        path = address[Scheme.Length..];
        path = path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
        return true;
    }
}
