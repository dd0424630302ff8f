namespace Scoring.Service.Security;

/// <summary>A token is neither good nor bad, because nothing is known of who issues tokens: the call may be tried again.</summary>
internal sealed class IssuerUnavailableException() : Exception("the token cannot be checked, because the issuer's keys cannot be read now");
