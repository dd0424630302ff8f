namespace Scoring.Protocol.Wire;

/// <summary>Bytes that are not the protobuf message they should be.</summary>
internal sealed class MalformedMessageException(string message) : Exception(message);
