namespace Scoring.Service.Settings;

/// <summary>A class of settings. What it has is what may be set: there is no other list of settings.</summary>
/// <param name="Section">Where under <c>Scoring</c> it is bound to; empty for <c>Scoring</c> itself.</param>
/// <param name="Type">The class; a dictionary where names are free, and <see cref="object"/> for what somebody else looks at.</param>
internal sealed record SettingsSection(string Section, Type Type);
