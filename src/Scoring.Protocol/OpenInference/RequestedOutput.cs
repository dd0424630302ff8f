namespace Scoring.Protocol.OpenInference;

/// <summary>One output that a message asks for.</summary>
/// <param name="Name">As the message has it.</param>
/// <param name="Classification">Of the scores, how many of the best classes to tell as text; 0 for the scores themselves.</param>
/// <param name="RawSize">Bytes of its contents, once they are known: those of text are dear to know. 0 before.</param>
internal readonly record struct RequestedOutput(string Name, long Classification, int RawSize = 0);
