namespace Scoring.Fuzz.Oracles;

/// <summary>A codec that does something else than its oracle, or that keeps what it rented.</summary>
internal sealed class CodecFault(string what) : Exception(what);
