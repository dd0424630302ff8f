using System.Globalization;
using System.Runtime.InteropServices;

namespace Scoring.FunctionalTests.Infrastructure;

/// <summary>
/// A folder as Kubernetes mounts a ConfigMap: each file is a link into ..data, which is a link to a folder of this version. A change
/// makes another folder and puts a new ..data in place of the old one, in one step.
/// </summary>
internal sealed partial class MountedConfigMap : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("scoring-");
    private int _version;

    public MountedConfigMap(params (string Name, string Text)[] files)
    {
        Publish(files);
        foreach (var (name, _) in files)
        {
            File.CreateSymbolicLink(this[name], Path.Combine("..data", name));
        }
    }

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public void Publish(params (string Name, string Text)[] files)
    {
        var previous = $"..2026_{_version}";
        var version = string.Create(CultureInfo.InvariantCulture, $"..2026_{++_version}");
        Directory.CreateDirectory(this[version]);
        foreach (var (name, text) in files)
        {
            File.WriteAllText(Path.Combine(this[version], name), text);
        }

        Directory.CreateSymbolicLink(this["..data_tmp"], version);
        Assert.Equal(0, Rename(this["..data_tmp"], this["..data"]));
        if (Directory.Exists(this[previous]))
        {
            Directory.Delete(this[previous], recursive: true);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
