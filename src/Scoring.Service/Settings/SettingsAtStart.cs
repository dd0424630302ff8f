using Microsoft.Extensions.Options;

namespace Scoring.Service.Settings;

/// <summary>The settings as a whole: what is wrong with their names and shapes is told at the start, with what is wrong with their values.</summary>
internal sealed class SettingsAtStart
{
    public sealed class Check(CheckedSettings settings) : IValidateOptions<SettingsAtStart>
    {
        public ValidateOptionsResult Validate(string? name, SettingsAtStart options) =>
            settings.Problems.Count > 0 ? ValidateOptionsResult.Fail(settings.Problems) : ValidateOptionsResult.Success;
    }
}
