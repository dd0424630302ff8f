namespace Scoring.Service.Telemetry;

/// <summary>Every line that the service itself logs.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Warmed up in {Milliseconds} ms; the kernels use {InstructionSet}.")]
    public static partial void WarmedUp(ILogger logger, long milliseconds, string instructionSet);

    [LoggerMessage(2, LogLevel.Error, "Message {Id} could not be scored.")]
    public static partial void ScoringFailed(ILogger logger, Exception exception, ulong id);
}
