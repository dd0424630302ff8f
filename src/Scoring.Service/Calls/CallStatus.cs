using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Service.Calls;

/// <summary>
/// The status that a call of gRPC or gRPC-Web ends with, whoever has set it: an RPC of ours, the reading of a message, the transport. What goes out
/// is bounded, and the same in
/// <c>grpc-message</c>, in <see cref="ScoringMethods.ErrorTrailer"/> where the call has an Error, and in <see cref="Details"/>.
/// </summary>
internal static class CallStatus
{
    public const string Code = "grpc-status";
    public const string Message = "grpc-message";

    /// <summary>Carries <see cref="StatusDetails"/>; the name is gRPC's.</summary>
    public const string Details = "grpc-status-details-bin";

    /// <summary>Has a call end with a status that gRPC does not write.</summary>
    public static void Write(IHeaderDictionary destination, Status status)
    {
        destination[Code] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        destination[Message] = StatusText.Encode(status.Detail);
    }

    /// <summary>Has a call of gRPC or gRPC-Web end before it is served.</summary>
    public static void Refuse(HttpContext http, Status status)
    {
        http.Response.ContentType = "application/grpc";
        Write(http.Response.Headers, status);
    }

    /// <summary>Whether the call has ended well.</summary>
    public static bool IsOk(HttpResponse response) => Destination(response) is { } headers && headers.GrpcStatus == "0";

    /// <summary>Goes over the status of a call that is served, and whose status is not on its way yet.</summary>
    public static void Complete(HttpResponse response)
    {
        if (Destination(response) is not { IsReadOnly: false } headers || !headers.TryGetValue(Code, out var code) || code == "0")
        {
            return;
        }

        var error = ErrorOf(headers);
        var hasTrailer = error is not null;
        error ??= new Error
        {
            Code = uint.Parse(
            code.ToString(), CultureInfo.InvariantCulture),
            Message = Uri.UnescapeDataString(headers[Message].ToString())
        };
        error.Message = StatusText.Fit(error.Message);

        headers[Message] = StatusText.Encode(error.Message);
        headers[Details] = Convert.ToBase64String(StatusDetails.Of(error).ToByteArray());
        if (hasTrailer)
        {
            headers[ScoringMethods.ErrorTrailer] = Convert.ToBase64String(error.ToByteArray());
        }
    }

    /// <summary>What a call ends with that is refused with an error.</summary>
    public static RpcException Refusal(Error error) =>
        new(new Status((StatusCode)error.Code, error.Message), new Metadata { { ScoringMethods.ErrorTrailer, error.ToByteArray() } });

    /// <summary>A call without an answer has its status among its headers.</summary>
    private static IHeaderDictionary? Destination(HttpResponse response) =>
        response.HasStarted ? response.HttpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers : response.Headers;

    private static Error? ErrorOf(IHeaderDictionary headers) =>
        headers.TryGetValue(ScoringMethods.ErrorTrailer, out var trailer)
            ? Error.Parser.ParseFrom(Convert.FromBase64String(trailer.ToString()))
            : null;
}
