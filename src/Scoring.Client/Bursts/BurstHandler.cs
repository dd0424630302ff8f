namespace Scoring.Client.Bursts;

/// <summary>Puts a <see cref="BurstStream"/> under each call that has a <see cref="Burst"/>.</summary>
internal sealed class BurstHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Burst.OfCallBeingStarted is { } burst && request.Content is { } content)
        {
            request.Content = new BurstContent(content, burst);
        }

        return base.SendAsync(request, cancellationToken);
    }
}
