using System.Diagnostics;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Scoring.Client.Connections;
using Scoring.Client.Streams;
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
/// With dependency injection it comes from AddScoringClient, as a singleton.
/// </summary>
public sealed class ScoringClient : IAsyncDisposable, IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly IDisposable? _connections;
    private readonly CallInvoker _invoker;
    private readonly ScoringClientOptions _options;
    private readonly ScoringMethods _methods;
    private readonly Method<PooledScoreRequest, PooledScoreResponse> _stream;

    /// <summary>Cancelled when the client is disposed. It holds nothing that needs an end of its own.</summary>
    private readonly CancellationTokenSource _closing = new();
    private ulong _lastId;

    /// <param name="channel">Owned.</param>
    /// <param name="options">The limits.</param>
    /// <param name="connections">What holds the connections, where the channel does not own it.</param>
    internal ScoringClient(GrpcChannel channel, ScoringClientOptions options, IDisposable? connections = null)
    {
        _channel = channel;
        _connections = connections;
        _invoker = channel.CreateCallInvoker();
        if (options.ApiKey.Length > 0)
        {
            _invoker = _invoker.Intercept(headers =>
            {
                headers.Add("x-api-key", options.ApiKey);
                return headers;
            });
        }

        _options = options;
        Pool = new MessagePool(options.MaxIdleBufferBytes);
        _methods = new ScoringMethods(Pool);
        _stream = options.StreamsOpenInference ? new InferenceMethods(Pool).ModelStreamInfer : _methods.ScoreStream;
    }

    internal MessagePool Pool { get; }

    /// <summary>Makes a client. The connection itself is made by the first call.</summary>
    /// <param name="address">
    /// <c>http://host:port</c> or <c>host:port</c>, <c>https://host:port</c>, <c>unix:/path</c> for a Unix domain socket, or
    /// <c>dns:///host:port</c> to spread calls over all addresses of the name.
    /// </param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <exception cref="ArgumentException">The address has none of these forms, or an option is out of its range.</exception>
    public static ScoringClient Connect(string address, ScoringClientOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        options ??= new ScoringClientOptions();
        if (options.Faults(prefix: string.Empty).FirstOrDefault() is { } fault)
        {
            throw new ArgumentOutOfRangeException(nameof(options), fault);
        }

        try
        {
            var parsed = ScoringAddress.Parse(address, [], options.UseTls);
            return new ScoringClient(ScoringChannel.Create(parsed, ScoringChannel.CreateHandler(parsed, options), options, [], logs: null), options);
        }
        catch (FormatException exception)
        {
            throw new ArgumentException(exception.Message, nameof(address), exception);
        }
    }

    /// <summary>Scores one message of rows, within <see cref="ScoringClientOptions.CallTimeout"/>.</summary>
    /// <param name="request">The message. Its memory must stay as it is until the result is there.</param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    /// <exception cref="ScoringException">The service refused the message, could not be reached, or did not answer in time.</exception>
    public Task<ScoreResult> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken = default) =>
        ScoreAsync(request, _options.CallTimeout, cancellationToken);

    /// <summary>Scores rows that lie in the caller's memory, row-major. They are copied once, into what goes to the transport.</summary>
    /// <param name="logits">rows × classes logits. They must stay as they are until the result is there.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="classes">Logits in a row.</param>
    /// <param name="head">A head of the service. Empty: <c>softmax</c>.</param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    /// <exception cref="ArgumentException">The memory has not rows × classes logits.</exception>
    /// <exception cref="ScoringException">The service refused the message, could not be reached, or did not answer in time.</exception>
    public Task<ScoreResult> ScoreAsync(
        ReadOnlyMemory<float> logits, int rows, int classes, string head = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(classes);
        if (logits.Length != (long)rows * classes)
        {
            throw new ArgumentException(
                $"{rows} rows of {classes} classes are {(long)rows * classes} logits; there are {logits.Length}", nameof(logits));
        }

        return ScoreAsync(new ScoreRequest { Head = head, Classes = classes, Logits = logits }, cancellationToken);
    }

    /// <summary>Scores one message of rows, within a time of its own.</summary>
    /// <param name="request">The message. Its memory must stay as it is until the result is there.</param>
    /// <param name="timeout">How long it may take, all attempts included; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    /// <exception cref="ScoringException">The service refused the message, could not be reached, or did not answer in time.</exception>
    public async Task<ScoreResult> ScoreAsync(ScoreRequest request, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        RequestMessage.Check(request, nameof(request));
        var id = request.Id ?? Interlocked.Increment(ref _lastId);
        var span = ClientActivities.Start(Activity.Current ?? request.Caller, request, id, out var traceparent);
        ScoreError? error = null;
        try
        {
            // The call's own headers carry it as well.
            Activity.Current = span ?? Activity.Current;
            using var message = RequestMessage.Rent(Pool, request, id, traceparent);
            var response = await RepeatableCall.RunAsync(
                _invoker, _methods.Score, message, id, timeout, _options.MaxAttempts, _closing.Token, cancellationToken).ConfigureAwait(false);
            if (AnswerShape.FaultOf(response, request, id) is { } fault)
            {
                response.Dispose();
                throw CallError.Broken(id, StatusCode.Internal, fault, exception: null);
            }

            return new ScoreResult(response);
        }
        catch (ScoringException exception)
        {
            error = exception.Error;
            throw;
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
    /// <param name="requests">
    /// The messages. The next one is asked for as soon as the window of messages in flight has room. A source that waits should take its token: the
    /// end of the stream waits for it a second, and then leaves it to itself.
    /// </param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    /// <exception cref="ScoringException">The call itself broke.</exception>
    public IAsyncEnumerable<ScoreResult> ScoreStreamAsync(IAsyncEnumerable<ScoreRequest> requests, CancellationToken cancellationToken = default) =>
        ScoreStreamAsync(requests, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>As <see cref="ScoreStreamAsync(IAsyncEnumerable{ScoreRequest}, CancellationToken)"/>, within a time for the whole stream.</summary>
    /// <param name="requests">The messages. The next one is asked for as soon as the window of messages in flight has room.</param>
    /// <param name="timeout">How long the stream may last, from when its first result is asked for.</param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    /// <exception cref="ScoringException">The call itself broke, or was not over in time.</exception>
    public IAsyncEnumerable<ScoreResult> ScoreStreamAsync(
        IAsyncEnumerable<ScoreRequest> requests, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return new ScoreStream(_invoker, _stream, Pool, _options, _closing.Token).RunAsync(requests, timeout, cancellationToken);
    }

    /// <summary>Measures classification: losses and metrics of any number of rows with their targets.</summary>
    /// <param name="requests">The rows: every message has the same head, width and temperature. One is sent at a time.</param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    /// <exception cref="ScoringException">The service refused a message, which the error names, or could not be reached.</exception>
    public Task<EvaluateResponse> EvaluateAsync(IAsyncEnumerable<EvaluateRequest> requests, CancellationToken cancellationToken = default) =>
        EvaluateAsync(requests, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>As <see cref="EvaluateAsync(IAsyncEnumerable{EvaluateRequest}, CancellationToken)"/>, within a time for the whole call.</summary>
    /// <param name="requests">The rows: every message has the same head, width and temperature. One is sent at a time.</param>
    /// <param name="timeout">How long the call may take.</param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    /// <exception cref="ScoringException">The service refused a message, which the error names, could not be reached, or took too long.</exception>
    public Task<EvaluateResponse> EvaluateAsync(
        IAsyncEnumerable<EvaluateRequest> requests, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return EvaluationCall.RunAsync(_invoker, _methods.Evaluate, requests, CallDeadline.After(timeout), _closing.Token, cancellationToken);
    }

    /// <summary>Fits the temperature that minimises cross-entropy over the rows, which the service holds until the last has arrived.</summary>
    /// <param name="requests">The rows: every message has the same head, width and temperature. One is sent at a time.</param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    /// <exception cref="ScoringException">The service refused a message, which the error names, or could not be reached.</exception>
    public Task<CalibrateResponse> CalibrateAsync(IAsyncEnumerable<EvaluateRequest> requests, CancellationToken cancellationToken = default) =>
        CalibrateAsync(requests, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>As <see cref="CalibrateAsync(IAsyncEnumerable{EvaluateRequest}, CancellationToken)"/>, within a time for the whole call.</summary>
    /// <param name="requests">The rows: every message has the same head, width and temperature. One is sent at a time.</param>
    /// <param name="timeout">How long the call may take.</param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    /// <exception cref="ScoringException">The service refused a message, which the error names, could not be reached, or took too long.</exception>
    public Task<CalibrateResponse> CalibrateAsync(
        IAsyncEnumerable<EvaluateRequest> requests, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return EvaluationCall.RunAsync(_invoker, _methods.Calibrate, requests, CallDeadline.After(timeout), _closing.Token, cancellationToken);
    }

    /// <summary>
    /// Lists the heads that the service has, with all their labels and bias, and its limits, within <see cref="ScoringClientOptions.CallTimeout"/>.
    /// </summary>
    /// <exception cref="ScoringException">The service could not be reached, or did not answer in time.</exception>
    public Task<ListHeadsResponse> ListHeadsAsync(CancellationToken cancellationToken = default) =>
        ListHeadsAsync(new ListHeadsRequest { WithClasses = true }, cancellationToken);

    /// <summary>
    /// Lists some heads, or all without what they have for each class, and the service's limits, within
    /// <see cref="ScoringClientOptions.CallTimeout"/>.
    /// </summary>
    /// <param name="request">What to tell.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ScoringException">The service could not be reached, did not answer in time, or has no such head.</exception>
    public Task<ListHeadsResponse> ListHeadsAsync(ListHeadsRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RepeatableCall.RunAsync(
            _invoker, _methods.ListHeads, request, id: null, _options.CallTimeout, _options.MaxAttempts, _closing.Token, cancellationToken);
    }

    /// <summary>Ends every call and stream that is still under way, by an <see cref="ObjectDisposedException"/>, and closes the connection.</summary>
    public void Dispose()
    {
        try
        {
            // Tells the sources of streams to stop, which are the callers' own.
            _closing.Cancel();
        }
        finally
        {
            _channel.Dispose();
            _connections?.Dispose();
        }
    }

    /// <summary>Ends every call and stream that is still under way, by an <see cref="ObjectDisposedException"/>, and closes the connection.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
