namespace Scoring.Protocol.Wire;

/// <summary>How a protobuf field is laid out, from the lowest three bits of its tag.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    LengthDelimited = 2,
    StartGroup = 3,
    EndGroup = 4,
    Fixed32 = 5,
}
