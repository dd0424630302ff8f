namespace Scoring.Client.Streams;

/// <summary>A message of a stream from when it was drawn until it is answered. What goes on the wire is made of it each time it is sent.</summary>
/// <param name="Request">The caller's, whose memory stays as it is for so long.</param>
/// <param name="Id">What its answer is known by.</param>
/// <param name="Number">Its place in the stream, from 1: callers may number as they like.</param>
internal readonly record struct InFlightMessage(ScoreRequest Request, ulong Id, long Number)
{
    /// <summary>Of what is large in it.</summary>
    public long Bytes { get; } = RequestMessage.Bytes(Request);
}
