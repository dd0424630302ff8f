namespace Scoring.Service.Calls;

/// <summary>How every call ends: with the status that <see cref="CallStatus"/> makes of what it came to.</summary>
internal sealed class CallEnd : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(call => async http =>
        {
            await call(http);
            CallStatus.Complete(http.Response);
        });
        next(app);
    };
}
