namespace Scoring.Cli.Top;

/// <summary>Reads the metrics page of a service's admin port.</summary>
internal sealed class MetricsClient : IDisposable
{
    private const int LongestPage = 64 << 20;

    private readonly TimeProvider _time;
    private readonly Uri _page;

    /// <summary>No proxy that the environment names: it is the one service that is asked, and it is on a port for whoever watches it.</summary>
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(5),
        MaxResponseContentBufferSize = LongestPage,
    };

    public MetricsClient(Uri server, TimeProvider time)
    {
        _time = time;
        _page = server.PathAndQuery == "/" ? new Uri(server, "/metrics") : server;
        Server = server.GetLeftPart(UriPartial.Authority);
    }

    /// <summary>Scheme, host and port.</summary>
    public string Server { get; }

    /// <exception cref="IOException">The service cannot be reached.</exception>
    /// <exception cref="InvalidDataException">What answers is not the service's admin port.</exception>
    public async Task<MetricsPage> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _client.GetAsync(_page, cancellationToken).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
            {
                throw new InvalidDataException($"it answers {(int)answer.StatusCode} {answer.ReasonPhrase}");
            }

            var text = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            return MetricsPage.Parse(text, _time.GetElapsedTime(0));
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException(
                $"{_page} is no metrics page of the service: {exception.Message}; give the port that the service has as --admin-port", exception);
        }
        catch (HttpRequestException exception)
        {
            throw Unreachable(exception.GetBaseException().Message, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable($"no answer within {_client.Timeout.TotalSeconds} s", exception);
        }
    }

    public void Dispose() => _client.Dispose();

    private IOException Unreachable(string why, Exception cause) =>
        new($"cannot reach {Server}: {why}; start the service with --admin-port, and give top the same port", cause);
}
