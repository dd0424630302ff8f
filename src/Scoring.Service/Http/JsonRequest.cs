using System.Text.Json;
using Google.Protobuf.Reflection;
using Scoring.Heads.Reading;
using Scoring.Protocol;
using Scoring.Protocol.Buffers;
using Scoring.Protocol.Wire;
using Scoring.V1;

namespace Scoring.Service.Http;

/// <summary>
/// Reads a ScoreRequest as protobuf's JSON mapping has it, straight into pooled memory, and tells what is wrong with it, and where.
/// </summary>
internal static class JsonRequest
{
    /// <summary>Characters of a name that is looked at.</summary>
    private const int MaxNameLength = 64;

    private delegate T Value<T>(ref Utf8JsonReader reader, JsonPlace place);

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Fills a message that is empty.</summary>
    /// <exception cref="MalformedMessageException">The body is something else.</exception>
    public static void Read(ReadOnlySpan<byte> body, PooledScoreRequest request)
    {
        // It may be a hint from another message.
        request.Head = string.Empty;
        var json = body.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;
        var reader = new Utf8JsonReader(json);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new MalformedMessageException($"the body begins with {Quoted.Text(body)}; it must be an object");
            }

            // By number.
            var seen = new HashSet<int>();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var field = Find(ref reader);
                if (!seen.Add(field.FieldNumber))
                {
                    throw new MalformedMessageException($"{field.JsonName} is there twice");
                }

                reader.Read();
                if (reader.TokenType != JsonTokenType.Null)
                {
                    Read(ref reader, field, request);
                }
            }

            // There may be something after the object.
            reader.Read();
        }
        catch (JsonException exception)
        {
            throw new MalformedMessageException($"the body is no JSON: {JsonFault.Of(exception, json)}");
        }
    }

    private static FieldDescriptor Find(ref Utf8JsonReader reader)
    {
        var name = JsonValue.Text(ref reader, new JsonPlace("the name of a field"), MaxNameLength);
        var fields = ScoreRequest.Descriptor.Fields.InDeclarationOrder();
        return fields.FirstOrDefault(field => field.JsonName == name || field.Name == name)
            ?? throw new MalformedMessageException(
                $"there is no field '{Quoted.Text(name)}'; {ScoreRequest.Descriptor.Name} has "
                + $"{string.Join(", ", fields.Select(known => known.JsonName))}");
    }

    private static void Read(ref Utf8JsonReader reader, FieldDescriptor field, PooledScoreRequest request)
    {
        var place = new JsonPlace(field.JsonName);
        switch (field.FieldNumber)
        {
            case ScoreRequest.IdFieldNumber:
                request.Id = JsonValue.UInt64(ref reader, place);
                break;
            case ScoreRequest.HeadFieldNumber:
                request.Head = JsonValue.Text(ref reader, place, PooledScoreRequest.MaxHeadLength);
                break;
            case ScoreRequest.ClassesFieldNumber:
                request.Classes = JsonValue.UInt32(ref reader, place);
                break;
            case ScoreRequest.LogitsFieldNumber:
                ReadList(ref reader, place, request.Logits, JsonValue.Float);
                break;
            case ScoreRequest.DataFieldNumber:
                JsonValue.Bytes(ref reader, place, request.Data);
                break;
            case ScoreRequest.DataTypeFieldNumber:
                request.DataType = (DataType)JsonValue.Enum(ref reader, place, field.EnumType);
                break;
            case ScoreRequest.OutputsFieldNumber:
                for (var i = StartList(ref reader, place); HasNext(ref reader); i++)
                {
                    ScoreRequestCodec.AddOutput(request, JsonValue.Enum(ref reader, place.At(i), field.EnumType));
                }

                break;
            case ScoreRequest.TopKFieldNumber:
                request.TopK = JsonValue.UInt32(ref reader, place);
                break;
            case ScoreRequest.TemperatureFieldNumber:
                request.Temperature = JsonValue.Float(ref reader, place);
                break;
            case ScoreRequest.TargetsFieldNumber:
                ReadList(ref reader, place, request.Targets, JsonValue.UInt32);
                break;
            case ScoreRequest.NonFiniteFieldNumber:
                request.NonFinite = (NonFinite)JsonValue.Enum(ref reader, place, field.EnumType);
                break;
            case ScoreRequest.TraceparentFieldNumber:
                request.Traceparent = JsonValue.Text(ref reader, place, PooledScoreRequest.MaxTraceparentLength);
                break;
            case ScoreRequest.TargetLabelsFieldNumber:
                for (var i = StartList(ref reader, place); HasNext(ref reader); i++)
                {
                    request.TargetLabels.Append(JsonValue.Text(ref reader, place.At(i)));
                }

                break;
            default:
                throw new InvalidOperationException($"{field.Name} has no place in a pooled message.");
        }
    }

    private static void ReadList<T>(ref Utf8JsonReader reader, JsonPlace place, PooledArray<T> list, Value<T> read)
        where T : unmanaged
    {
        for (var i = StartList(ref reader, place); HasNext(ref reader); i++)
        {
            var value = read(ref reader, place.At(i));
            list.Append(1, expectedMore: 0)[0] = value;
        }
    }

    /// <summary>The index of the first element.</summary>
    private static int StartList(ref Utf8JsonReader reader, JsonPlace place) =>
        reader.TokenType == JsonTokenType.StartArray ? 0 : throw JsonValue.Fault(ref reader, place, "a list");

    private static bool HasNext(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType != JsonTokenType.EndArray;
}
