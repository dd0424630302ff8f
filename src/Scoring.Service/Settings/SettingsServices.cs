using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Scoring.Service.Settings;

/// <summary>Adds classes of settings.</summary>
internal static class SettingsServices
{
    /// <summary>Adds what looks at all settings, whatever they are bound to.</summary>
    public static void AddCheckedSettings(this IServiceCollection services, IConfigurationRoot configuration)
    {
        services.AddSingleton(provider => new CheckedSettings(configuration, provider.GetServices<SettingsSection>()));
        services.AddOptions<SettingsAtStart>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<SettingsAtStart>, SettingsAtStart.Check>();
    }

    /// <summary>Adds a class of settings, which is looked at before the service starts.</summary>
    public static void AddSettings<TSettings>(this IServiceCollection services, string section)
        where TSettings : class
    {
        services.AddKnownSettings(section, typeof(TSettings));
        services.AddOptions<TSettings>().Configure<CheckedSettings>((settings, all) => all.Bind(section, settings)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TSettings>>(new Validation<TSettings>());
    }

    /// <summary>Says of a section that is read in another way what may be in it.</summary>
    public static void AddKnownSettings(this IServiceCollection services, string section, Type type) =>
        services.AddSingleton(new SettingsSection(section, type));

    /// <summary>What a class of settings finds wrong with itself, in its own words.</summary>
    private sealed class Validation<TSettings> : IValidateOptions<TSettings>
        where TSettings : class
    {
        public ValidateOptionsResult Validate(string? name, TSettings options)
        {
            string[] failures = options is IValidatableObject settings
                ? [.. settings.Validate(new ValidationContext(options)).Select(failure => failure.ErrorMessage!)]
                : [];
            return failures.Length > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
        }
    }
}
