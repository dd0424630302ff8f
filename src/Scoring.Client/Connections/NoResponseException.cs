namespace Scoring.Client.Connections;

/// <summary>A connection was made, and nobody spoke on it.</summary>
/// <param name="message">What the other side did instead.</param>
/// <param name="inner">What that looked like.</param>
internal sealed class NoResponseException(string message, Exception? inner) : IOException(message, inner);
