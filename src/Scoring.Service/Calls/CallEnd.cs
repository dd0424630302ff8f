using Grpc.Core;

namespace Scoring.Service.Calls;

/// <summary>How every call ends: with the status that <see cref="CallStatus"/> makes of what it came to.</summary>
internal sealed class CallEnd : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(call => http =>
        {
            var calling = CallTimeout.IsBad(http.Request) ? Refuse(http) : call(http);
            return calling.IsCompletedSuccessfully && CallStatus.IsOk(http.Response) ? calling : EndAsync(calling, http);
        });
        next(app);
    };

    private static Task Refuse(HttpContext http)
    {
        var timeout = Quoted.Text(http.Request.Headers.GrpcTimeout.ToString());
        CallStatus.Refuse(http, new Status(
            StatusCode.InvalidArgument, $"grpc-timeout is '{timeout}'; it must be 1 to 8 digits and a unit, H, M, S, m, u or n"));
        return Task.CompletedTask;
    }

    private static async Task EndAsync(Task calling, HttpContext http)
    {
        await calling;
        try
        {
            if (!CallStatus.IsOk(http.Response))
            {
                if (http.GetEndpoint()?.Metadata.GetMetadata<MessageLimit>() is { } limit)
                {
                    await ThrownStatus.MendAsync(http, limit.Bytes);
                }

                CallStatus.Complete(http.Response);
            }
        }
        catch (InvalidOperationException) when (http.Response.HasStarted)
        {
            // Its deadline has passed meanwhile, and how it ended is on the wire.
        }
    }
}
