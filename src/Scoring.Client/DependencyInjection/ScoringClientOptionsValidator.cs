using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.Options;
using Scoring.Client.Connections;

namespace Scoring.Client.DependencyInjection;

/// <summary>Refuses options of one name that are out of range, by the name that the setting has where they come from.</summary>
/// <param name="ofName">Of the options.</param>
/// <param name="prefix">What stands before the name of a setting.</param>
/// <param name="resolvers">Resolvers beside that of <c>dns:///</c>.</param>
internal sealed class ScoringClientOptionsValidator(string ofName, string prefix, IEnumerable<ResolverFactory> resolvers)
    : IValidateOptions<ScoringClientOptions>
{
    public ValidateOptionsResult Validate(string? name, ScoringClientOptions options)
    {
        if (name != ofName)
        {
            return ValidateOptionsResult.Skip;
        }

        string[] faults = [.. AddressFaults(options), .. options.Faults(prefix)];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private IEnumerable<string> AddressFaults(ScoringClientOptions options)
    {
        try
        {
            ScoringAddress.Parse(options.Address, resolvers, options.UseTls);
            return [];
        }
        catch (FormatException exception)
        {
            return [$"{prefix}{nameof(ScoringClientOptions.Address)}: {exception.Message}"];
        }
    }
}
