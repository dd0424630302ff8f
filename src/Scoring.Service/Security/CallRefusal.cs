using Grpc.Core;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Scoring.Service.Calls;
using Scoring.Service.Telemetry;
using Scoring.V1;

namespace Scoring.Service.Security;

/// <summary>Tells a caller that is not known what is missing, in the protocol that it speaks.</summary>
internal sealed class CallRefusal(CallerAuthentication authentication, FailureLog failures) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _others = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded || !policy.AuthenticationSchemes.Contains(Credentials.Any))
        {
            await _others.HandleAsync(next, context, policy, authorizeResult);
            return;
        }

        var failure = (await context.AuthenticateAsync(Credentials.Any)).Failure;
        // Whose credential could not be looked at is told to come again, not that it is bad.
        var isUnread = failure is IssuerUnavailableException;
        var message = isUnread ? failure!.Message : $"{failure?.Message ?? "the call has no credentials"}; this service takes {authentication}";
        var status = isUnread ? StatusCode.Unavailable : StatusCode.Unauthenticated;
        failures.CallRefused(message);
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true)
        {
            CallStatus.Refuse(context, new Status(status, message));
        }
        else
        {
            if (!isUnread)
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
            }

            await JsonRefusal.WriteAsync(
                context.Response,
                isUnread ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status401Unauthorized,
                new Error { Code = (uint)status, Message = message });
        }
    }
}
