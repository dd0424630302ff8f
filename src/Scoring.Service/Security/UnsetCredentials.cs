using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Scoring.Service.Security;

/// <summary>
/// Somebody who gives a setting of security no value, such as a variable of their own that is not set, does not mean a service that is open to all.
/// In a file of settings, where all of them may be listed, it stands for none.
/// </summary>
internal static class UnsetCredentials
{
    private static readonly string[] Settings = ["Auth:ApiKeysFile", "Auth:Jwt:Authority", "Auth:Jwt:KeysFile", "Auth:Jwt:HeadsClaim",
        "Tls:CertificateFile",
        "Tls:ClientCertificates"];

    /// <exception cref="InvalidDataException">There is such a setting.</exception>
    public static void Refuse(IConfigurationRoot configuration)
    {
        foreach (var setting in Settings.Select(setting => $"Scoring:{setting}"))
        {
            // The last one that has it is the one that holds.
            var source = configuration.Providers.LastOrDefault(provider => provider.TryGet(setting, out _));
            if (source is EnvironmentVariablesConfigurationProvider
                or CommandLineConfigurationProvider && string.IsNullOrEmpty(configuration[setting]))
            {
                throw new InvalidDataException(
                    $"{setting} has an empty value, from a variable or an argument; leave it out where there is to be none");
            }
        }
    }
}
