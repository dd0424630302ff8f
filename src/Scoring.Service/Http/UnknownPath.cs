using Grpc.Core;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http.Features;
using Scoring.Service.Calls;
using Scoring.V1;

namespace Scoring.Service.Http;

/// <summary>Tells a request that nothing on the HTTP port serves what would be served: routing answers it with a status and nothing else.</summary>
internal sealed class UnknownPath(EndpointDataSource endpoints)
{
    /// <summary>The method of each path.</summary>
    private readonly Lazy<SortedDictionary<string, string>> _known = new(() => new(endpoints.Endpoints
        .OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not null)
        .ToDictionary(
            endpoint => endpoint.RoutePattern.RawText!, endpoint => endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0]),
        StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether JSON is served at a path.</summary>
    public bool IsJson(PathString path) => _known.Value.ContainsKey(path);

    public async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.HasStarted)
        {
            return;
        }

        var path = Quoted.Text(context.Request.Path);
        switch (context.Response.StatusCode)
        {
            case StatusCodes.Status404NotFound when _known.Value.TryGetValue(context.Request.Path, out var method):
                // Routing has no 405 beside the path of gRPC's that stands for all that there is not.
                context.Response.Headers.Allow = method;
                await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, StatusCode.Unimplemented,
                    $"{path} takes {method}, and not {Quoted.Text(context.Request.Method)}");
                break;
            case StatusCodes.Status404NotFound when path.Length == 0:
                // OPTIONS * asks about the server as a whole, and CONNECT for another one.
                var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
                await RefuseAsync(context, StatusCodes.Status404NotFound, StatusCode.NotFound,
                    $"{Quoted.Text(context.Request.Method)} {Quoted.Text(target)} names no path");
                break;
            case StatusCodes.Status404NotFound:
                await RefuseAsync(context, StatusCodes.Status404NotFound, StatusCode.NotFound, $"there is no {path}");
                break;
            case StatusCodes.Status415UnsupportedMediaType:
                await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, StatusCode.Unimplemented, $"{path} takes gRPC-Web alone");
                break;
        }
    }

    private Task RefuseAsync(HttpContext context, int httpStatus, StatusCode code, string what)
    {
        var known = string.Join(" and ", _known.Value.Select(path => $"{path.Value} {path.Key}"));
        var error = new Error { Code = (uint)code, Message = $"{what}; in JSON there are {known}" };
        return JsonRefusal.WriteAsync(context.Response, httpStatus, error);
    }
}
