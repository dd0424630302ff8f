using Google.Protobuf;
using Grpc.Core;
using Scoring.Protocol;

namespace Scoring.Client;

/// <summary>Reads what a unary call's trailers say of a refused message, which a status alone has no room for.</summary>
internal static class UnaryError
{
    public static ScoringException From(RpcException exception, ulong? id)
    {
        var bytes = exception.Trailers.GetValueBytes(ScoringMethods.ErrorTrailer);
        if (bytes is null)
        {
            return new ScoringException(exception);
        }

        try
        {
            return new ScoringException(id, ScoreError.From(V1.Error.Parser.ParseFrom(bytes)), exception);
        }
        catch (InvalidProtocolBufferException)
        {
            return new ScoringException(exception);
        }
    }
}
