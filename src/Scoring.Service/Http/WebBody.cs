using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Scoring.Service.Connections;
using Scoring.Service.Streaming;

namespace Scoring.Service.Http;

/// <summary>Gives a call of gRPC-Web a body that can be read as one of HTTP/2 is.</summary>
internal static class WebBody
{
    private const string Binary = "application/grpc-web";

    /// <summary>A body in text is decoded, and the call served as one whose body is not in text, so that gRPC-Web leaves it as it is.</summary>
    public static RequestDelegate Read(RequestDelegate call) => http =>
        HttpMethods.IsPost(http.Request.Method)
        && http.Request.ContentType is { } type
        && type.StartsWith(Binary, StringComparison.OrdinalIgnoreCase)
            ? ReadAsync(http, type, call)
            : call(http);

    private static async Task ReadAsync(HttpContext http, string type, RequestDelegate call)
    {
        var transport = http.Features.GetRequiredFeature<IRequestBodyPipeFeature>();
        var connection = http.Features.GetRequiredFeature<OpenConnection>();
        var body = new Http1Body(transport.Reader);
        var text = IsText(type) ? new TextBody(body, http.Features.GetRequiredFeature<IMemoryPoolFeature>().MemoryPool) : null;
        if (text is not null)
        {
            http.Request.ContentType = Binary + type[TextBody.ContentType.Length..];
        }

        http.Features.Set<IRequestBodyPipeFeature>(new RequestBody(text ?? (PipeReader)body, connection));
        try
        {
            await call(http);
        }
        finally
        {
            http.Features.Set(transport);
            text?.Release();
            body.Release();
        }
    }

    private static bool IsText(string type) =>
        type.StartsWith(TextBody.ContentType, StringComparison.OrdinalIgnoreCase)
        && (type.Length == TextBody.ContentType.Length || type[TextBody.ContentType.Length] is ';' or '+');
}
