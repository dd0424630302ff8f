using Microsoft.Extensions.Options;

namespace Scoring.Service.Security;

/// <summary>Finds at the start what is wrong with what settings name or lead to, together with what is wrong with other settings.</summary>
/// <typeparam name="TSettings">The settings.</typeparam>
/// <param name="read">Reads it, or throws an <see cref="InvalidDataException"/>.</param>
internal sealed class StartCheck<TSettings>(Action<TSettings> read) : IValidateOptions<TSettings>
    where TSettings : class
{
    public ValidateOptionsResult Validate(string? name, TSettings options)
    {
        try
        {
            read(options);
            return ValidateOptionsResult.Success;
        }
        catch (InvalidDataException exception)
        {
            return ValidateOptionsResult.Fail(exception.Message);
        }
    }
}
