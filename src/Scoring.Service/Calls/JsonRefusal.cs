using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Scoring.Protocol;
using Scoring.V1;

namespace Scoring.Service.Calls;

/// <summary>
/// What a call in JSON is answered that cannot be served: a <c>google.rpc.Status</c>, whose one detail is the Error that ScoreStream would have
/// answered.
/// </summary>
internal static class JsonRefusal
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithTypeRegistry(StatusDetails.Types));

    /// <summary>As the transcoding writes.</summary>
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What an exception that ends a call says, in full where it has that.</summary>
    public static Error ErrorOf(RpcException refused) => refused.Trailers.GetValueBytes(ScoringMethods.ErrorTrailer) is { } error
        ? Error.Parser.ParseFrom(error)
        : new Error { Code = (uint)refused.StatusCode, Message = refused.Status.Detail };

    /// <summary>For what is refused before the transcoding would answer.</summary>
    public static Task WriteAsync(HttpResponse response, int httpStatus, Error error)
    {
        response.StatusCode = httpStatus;
        response.ContentType = "application/json; charset=utf-8";
        // Protobuf's formatter puts spaces between.
        using var spaced = JsonDocument.Parse(Formatter.Format(StatusDetails.Of(error)));
        return response.WriteAsync(JsonSerializer.Serialize(spaced.RootElement, Compact));
    }
}
