using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Security;

/// <summary>
/// The keys that an authority's OpenID metadata tell, read at the start and every five minutes, whether there are calls or not, so that a key that is
/// withdrawn is good for that long at most. What is read replaces what was read before; while nothing can be read, that stays in force.
/// </summary>
internal sealed class AuthorityKeys : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    /// <summary>Between the end of one reading and the next: whoever makes up tokens must not have us flood the authority.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Calls wait for a reading, so an authority that does not answer must not hold it for long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>A hundred times what such documents have.</summary>
    private const int MaxBytes = 1 << 20;

    private readonly JwtSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = Period })
    {
        MaxResponseContentBufferSize = MaxBytes,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly Lock _oneAtATime = new();
    private Task? _reading;
    private long? _ended;
    private volatile JwtKeys? _current;

    /// <summary>Why the last reading failed; empty where it did not.</summary>
    private volatile string _problem = string.Empty;

    /// <summary>Set by a reading that fails.</summary>
    private volatile TaskCompletionSource _failed = new();

    public AuthorityKeys(IOptions<JwtSettings> settings, TimeProvider time, ILogger<AuthorityKeys> logger)
    {
        (_settings, _time, _logger) = (settings.Value, time, logger);
    }

    /// <summary>What was read last.</summary>
    /// <exception cref="IssuerUnavailableException">Nothing could be read yet.</exception>
    public async ValueTask<JwtKeys> GetAsync(CancellationToken cancellationToken)
    {
        if (_current is null)
        {
            await ReadAgainAsync().WaitAsync(cancellationToken);
        }

        return _current ?? throw new IssuerUnavailableException();
    }

    /// <summary>What is newer than some keys; the same where nothing is, or where the authority has just been asked.</summary>
    public async ValueTask<JwtKeys> NewerAsync(JwtKeys known, CancellationToken cancellationToken)
    {
        if (_current == known)
        {
            await ReadAgainAsync().WaitAsync(cancellationToken);
        }

        return _current ?? known;
    }

    public override void Dispose()
    {
        base.Dispose();
        _http.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await ReadAgainAsync().WaitAsync(stoppingToken);
                await WaitForFailureAsync(stoppingToken);
                if (_problem.Length > 0)
                {
                    await Task.Delay(Pause, _time, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A host that is disposed without having been stopped would take this for a fault.
        }
    }

    /// <summary>Waits for a period, or for a reading that fails: a call may have asked for it.</summary>
    private async Task WaitForFailureAsync(CancellationToken stoppingToken)
    {
        var failed = _failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_problem.Length == 0)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(failed.Task, Task.Delay(Period, _time, end.Token));
            await end.CancelAsync();
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The reading that is under way, or a new one unless the last has only just ended. It never fails.</summary>
    private Task ReadAgainAsync()
    {
        lock (_oneAtATime)
        {
            if (_reading is null && _ended is { } ended && _time.GetElapsedTime(ended) < Pause)
            {
                return Task.CompletedTask;
            }

            return _reading ??= Task.Run(ReadAsync);
        }
    }

    private async Task ReadAsync()
    {
        var keys = _current;
        var problem = string.Empty;
        try
        {
            using var patience = new CancellationTokenSource(Patience, _time);
            keys = await FetchAsync(patience.Token);
        }
        catch (Exception exception)
        {
            // Whatever the authority answers, calls and the next reading go on.
            problem = exception is OperationCanceledException ? $"no answer in {Patience.TotalSeconds:0} s" : exception.GetBaseException().Message;
        }

        Tell(problem);
        lock (_oneAtATime)
        {
            (_current, _problem, _ended, _reading) = (keys, problem, _time.GetTimestamp(), null);
        }

        if (problem.Length > 0)
        {
            _failed.TrySetResult();
        }
    }

    /// <summary>What goes on is told once.</summary>
    private void Tell(string problem)
    {
        if (problem.Length == 0 && _problem.Length > 0)
        {
            Log.AuthorityRead(_logger, _settings.Authority);
        }
        else if (problem != _problem)
        {
            Log.AuthorityUnread(_logger, _settings.Authority, problem);
        }
    }

    private async Task<JwtKeys> FetchAsync(CancellationToken cancellationToken)
    {
        var address = $"{_settings.Authority.TrimEnd('/')}/.well-known/openid-configuration";
        var metadata = OpenIdConnectConfiguration.Create(await _http.GetStringAsync(address, cancellationToken));
        if (string.IsNullOrEmpty(metadata.Issuer))
        {
            throw new InvalidDataException("its metadata have no issuer");
        }

        if (!Uri.TryCreate(metadata.JwksUri, UriKind.Absolute, out var keys) || (keys.Scheme != Uri.UriSchemeHttps && !_settings.IsOnThisMachine))
        {
            throw new InvalidDataException("its metadata have no jwks_uri that begins with https://");
        }

        return JwtKeys.Parse(await _http.GetStringAsync(keys, cancellationToken)) with { Issuer = metadata.Issuer };
    }
}
