namespace Scoring.Service.Calls;

/// <summary>How every call ends: with the status that <see cref="CallStatus"/> makes of what it came to.</summary>
internal sealed class CallEnd : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(call => http =>
        {
            var calling = call(http);
            return calling.IsCompletedSuccessfully && CallStatus.IsOk(http.Response) ? calling : EndAsync(calling, http);
        });
        next(app);
    };

    private static async Task EndAsync(Task calling, HttpContext http)
    {
        await calling;
        if (!CallStatus.IsOk(http.Response))
        {
            if (http.GetEndpoint()?.Metadata.GetMetadata<MessageLimit>() is { } limit)
            {
                await ThrownStatus.MendAsync(http, limit.Bytes);
            }

            CallStatus.Complete(http.Response);
        }
    }
}
