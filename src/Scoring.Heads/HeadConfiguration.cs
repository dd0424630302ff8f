namespace Scoring.Heads;

/// <summary>What a configuration says of heads.</summary>
/// <param name="Heads">The heads that are well-formed; all of them, where there are no problems.</param>
/// <param name="Problems">What is wrong, one line for each thing.</param>
/// <param name="LabelsFiles">The files that labels come from, whether they could be read or not.</param>
public sealed record HeadConfiguration(IReadOnlyList<HeadDefinition> Heads, IReadOnlyList<string> Problems, IReadOnlyList<string> LabelsFiles);
