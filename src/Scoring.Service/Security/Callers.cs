using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Scoring.Service.Calls;
using Scoring.Service.Connections;

namespace Scoring.Service.Security;

/// <summary>The callers, by what authentication has found.</summary>
internal sealed class Callers
{
    private readonly ConcurrentDictionary<(string Name, string? Heads), Caller> _callers = new();
    private readonly HeadRules _rules;
    private readonly CallerLimits _limits;
    private readonly int _max;
    private readonly Caller? _anyone;

    public Callers(CallerAuthentication authentication, HeadRules rules, CallerLimits limits, IOptions<RateLimitSettings> settings)
    {
        (_rules, _limits, _max) = (rules, limits, settings.Value.MaxCallers);
        _anyone = authentication.Any ? null : new Caller(Caller.Anyone.Name, mayUse: null, () => limits.Of(Caller.Anyone.Name));
    }

    /// <summary>Whose call this is.</summary>
    public Caller Of(ServerCallContext context)
    {
        if (_anyone is not null)
        {
            return _anyone;
        }

        var http = context.GetHttpContext();
        var user = http.User;
        if (user.Identity is not { IsAuthenticated: true, Name: { } name })
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, "the call has no credentials"));
        }

        http.Features.Get<OpenConnection>()?.CarryFor(name);
        var key = (name, user.FindFirst(Credentials.HeadsClaim)?.Value);
        return _callers.TryGetValue(key, out var caller) ? caller : Add(key);
    }

    /// <summary>Against whom to count what a call holds: its caller, and where callers are not told apart its connection.</summary>
    public object HolderOf(HttpContext http) =>
        _anyone is null ? http.User.Identity?.Name ?? Caller.Anyone.Name : http.Features.GetRequiredFeature<OpenConnection>();

    /// <summary>Whose call this is, which counts as one message of the caller's: for an RPC that has no messages to count.</summary>
    /// <exception cref="RpcException">It is one too many.</exception>
    public Caller Admit(ServerCallContext context)
    {
        var caller = Of(context);
        return caller.Limit?.TakeMessage() is { } exhausted ? throw CallStatus.Refusal(exhausted) : caller;
    }

    private Caller Add((string Name, string? Heads) key)
    {
        if (_callers.Count >= _max)
        {
            // It only saves that the same is decided again.
            _callers.Clear();
        }

        var (name, own) = (key.Name, key.Heads is null ? null : Credentials.HeadsOf(key.Heads));
        Func<string, bool>? mayUse = own is null && !_rules.Any ? null : head => _rules.MayUse(name, own, head);
        return _callers.GetOrAdd(key, _ => new Caller(name, mayUse, () => _limits.Of(name)));
    }
}
