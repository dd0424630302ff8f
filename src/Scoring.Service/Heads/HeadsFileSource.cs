using Microsoft.Extensions.FileProviders;

namespace Scoring.Service.Heads;

/// <summary>Makes the file that <c>Scoring:HeadsFile</c> names a part of the configuration.</summary>
internal sealed class HeadsFileSource(HeadsFileProvider provider) : IConfigurationSource
{
    /// <summary>
    /// Adds the file after all other files, so that environment variables and arguments still come over it; null where none is named.
    /// </summary>
    public static HeadsFileProvider? AddTo(IConfigurationManager configuration)
    {
        var path = configuration["Scoring:HeadsFile"];
        if (string.IsNullOrEmpty(path))
        {
            return null;
        }

        var root = (configuration.GetFileProvider() as PhysicalFileProvider)?.Root ?? Directory.GetCurrentDirectory();
        var provider = new HeadsFileProvider(Path.GetFullPath(path, root));
        var sources = configuration.Sources;
        var lastFile = sources.LastOrDefault(source => source is FileConfigurationSource);
        sources.Insert(lastFile is null ? sources.Count : sources.IndexOf(lastFile) + 1, new HeadsFileSource(provider));
        return provider;
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => provider;
}
