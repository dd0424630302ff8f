namespace Scoring.Client.Bursts;

/// <summary>Puts a <see cref="BurstStream"/> under each call that has a <see cref="Burst"/>, and tells the burst what came of it.</summary>
internal sealed class BurstHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Burst.OfCallBeingStarted is { } burst && request.Content is { } content
            ? SendAsync(burst, content, request, cancellationToken)
            : base.SendAsync(request, cancellationToken);

    private async Task<HttpResponseMessage> SendAsync(
        Burst burst, HttpContent content, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Content = new BurstContent(content, burst);
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        burst.Response = response;
        return response;
    }
}
