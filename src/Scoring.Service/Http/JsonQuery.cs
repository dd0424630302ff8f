using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Scoring.Protocol.Wire;

namespace Scoring.Service.Http;

/// <summary>
/// Looks at the query of a call in JSON before the transcoding does, which passes over what it does not know, and does not tell where a value is that
/// it cannot read.
/// </summary>
internal static class JsonQuery
{
    /// <exception cref="MalformedMessageException">It has something that is no field of the call's message.</exception>
    public static void Check(HttpContext context)
    {
        if (!context.Request.QueryString.HasValue)
        {
            return;
        }

        var message = context.GetEndpoint()!.Metadata.GetRequiredMetadata<GrpcJsonTranscodingMetadata>().MethodDescriptor.InputType;
        foreach (var (name, values) in context.Request.Query)
        {
            if (HttpMethods.IsPost(context.Request.Method))
            {
                throw new MalformedMessageException($"the query has '{Quoted.Text(name)}'; the fields of this call are in its body");
            }

            var fields = message.Fields.InDeclarationOrder();
            var field = fields.FirstOrDefault(field => field.JsonName == name || field.Name == name)
                ?? throw new MalformedMessageException(
                    $"the query has '{Quoted.Text(name)}'; {message.Name} has {string.Join(", ", fields.Select(known => known.JsonName))}");
            if (values.Count > 1 && !field.IsRepeated)
            {
                throw new MalformedMessageException($"{field.JsonName} is in the query {values.Count} times");
            }

            if (field.FieldType == FieldType.Bool && values.FirstOrDefault(value => !bool.TryParse(value, out _)) is { } bad)
            {
                throw new MalformedMessageException($"{field.JsonName} is '{Quoted.Text(bad)}'; it must be true or false");
            }
        }
    }
}
