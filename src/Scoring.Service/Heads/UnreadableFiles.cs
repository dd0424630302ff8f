using System.Collections.Concurrent;

namespace Scoring.Service.Heads;

/// <summary>
/// The configuration files that were changed into something that cannot be read. Without this, such a file would
/// count as an empty one, and take its heads along.
/// </summary>
internal sealed class UnreadableFiles
{
    private readonly ConcurrentDictionary<FileConfigurationProvider, string> _problems = new();

    public IEnumerable<string> Problems
    {
        get
        {
            foreach (var (file, problem) in _problems)
            {
                // A file that cannot be read leaves its provider without keys; one that was read since has some.
                if (file.GetChildKeys([], null).Any())
                {
                    _problems.TryRemove(file, out _);
                }
                else
                {
                    yield return problem;
                }
            }
        }
    }

    /// <summary>Learns from now on what becomes of the files of this configuration.</summary>
    public void Watch(IConfigurationManager configuration)
    {
        foreach (var source in configuration.Sources.OfType<FileConfigurationSource>())
        {
            source.OnLoadException ??= OnLoadException;
        }
    }

    private void OnLoadException(FileLoadExceptionContext context)
    {
        _problems[context.Provider] = $"{context.Provider.Source.Path} cannot be read: {context.Exception.GetBaseException().Message}";
        context.Ignore = true;
    }
}
