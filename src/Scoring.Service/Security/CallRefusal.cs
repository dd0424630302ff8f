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

        var failure = (await context.AuthenticateAsync(Credentials.Any)).Failure?.Message;
        var message = $"{failure ?? "the call has no credentials"}; this service takes {authentication}";
        failures.CallRefused(message);
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true)
        {
            context.Response.ContentType = "application/grpc";
            CallStatus.Write(context.Response.Headers, new Status(StatusCode.Unauthenticated, message));
        }
        else
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await JsonRefusal.WriteAsync(
                context.Response, StatusCodes.Status401Unauthorized, new Error { Code = (uint)StatusCode.Unauthenticated, Message = message });
        }
    }
}
