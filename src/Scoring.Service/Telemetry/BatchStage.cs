namespace Scoring.Service.Telemetry;

/// <summary>What a batch goes through, in this order. The times of all stages add up to the batch's.</summary>
internal enum BatchStage
{
    /// <summary>Finding messages in what has arrived, parsing and checking them.</summary>
    Decode,

    /// <summary>From the last message that joined to the first kernel.</summary>
    Queue,

    /// <summary>Scoring.</summary>
    Kernel,

    /// <summary>Writing the answers into the response pipe.</summary>
    Encode,

    /// <summary>Handing them to the transport, and waiting while the client does not read. Of a unary call, all from its scores to its end.</summary>
    Flush,
}
