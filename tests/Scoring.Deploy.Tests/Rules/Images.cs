using System.Text.RegularExpressions;
using System.Xml.Linq;
using Scoring.Deploy.Tests.Manifests;

namespace Scoring.Deploy.Tests.Rules;

/// <summary>Images that stay what they are, and of the service the one of this version.</summary>
internal static partial class Images
{
    private static readonly string Version = XDocument.Parse(Repository.Read("Directory.Build.props")).Descendants("Version").Single().Value;

    public static IEnumerable<string> Problems(Deployed deployed)
    {
        foreach (var container in deployed.Containers)
        {
            if (!Pinned().IsMatch(container.Image) || container.Image.EndsWith(":latest", StringComparison.Ordinal))
            {
                yield return $"image {container.Image} has no tag or digest that stays what it is";
            }
        }

        if (deployed.Container.Image != $"scoring:{Version}")
        {
            yield return $"image {deployed.Container.Image} is not of version {Version}";
        }
    }

    [GeneratedRegex("^[^@]+(:[A-Za-z0-9_][A-Za-z0-9_.-]*|@sha256:[0-9a-f]{64})$")]
    private static partial Regex Pinned();
}
