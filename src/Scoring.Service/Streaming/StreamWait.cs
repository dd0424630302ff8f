namespace Scoring.Service.Streaming;

/// <summary>What a stream waits for its client to do.</summary>
internal enum StreamWait
{
    /// <summary>Nothing: the service is at work, or makes room.</summary>
    Nothing,

    /// <summary>To send its first message.</summary>
    FirstMessage,

    /// <summary>To send another.</summary>
    NextMessage,

    /// <summary>To read what it is answered.</summary>
    Reader,
}
