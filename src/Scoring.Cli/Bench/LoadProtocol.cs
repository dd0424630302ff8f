namespace Scoring.Cli.Bench;

/// <summary>What the messages of a load are.</summary>
internal enum LoadProtocol
{
    /// <summary>Those of <c>scoring.v1</c>.</summary>
    Native,

    /// <summary>Those of the Open Inference Protocol.</summary>
    Oip,
}
