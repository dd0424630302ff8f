namespace Scoring.Service.Security;

/// <summary>Whether clients have certificates of their own.</summary>
internal enum ClientCertificates
{
    /// <summary>They are not asked for one.</summary>
    None,

    /// <summary>They are asked for one, and may do without.</summary>
    Allow,

    /// <summary>A connection without one is refused.</summary>
    Require,
}
