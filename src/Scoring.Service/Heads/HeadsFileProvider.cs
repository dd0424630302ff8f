using System.Globalization;
using System.Text.Json;
using Scoring.Heads.Reading;
using Scoring.Service.Files;

namespace Scoring.Service.Heads;

/// <summary>
/// A JSON file with an object of heads, as configuration under <c>Scoring:Heads</c>. A file that cannot be read leaves the heads of the
/// last one, and a problem.
/// </summary>
/// <param name="path">The file, from the root.</param>
internal sealed class HeadsFileProvider(string path) : ConfigurationProvider
{
    /// <summary>
    /// More than heads with labels for some million classes have; what is larger is some other file, and there may be no memory to find that out by
    /// reading it.
    /// </summary>
    private const int MaxBytes = 64 << 20;

    private bool _isRead;

    public string Path => path;

    /// <summary>Why the file could not be read; null where it could.</summary>
    public string? Problem { get; private set; }

    public override void Load()
    {
        try
        {
            // What a process is started with may be a pipe, but not what has come in the place of a file.
            var length = LinkTarget.Find(path)?.Length;
            if (_isRead && LinkTarget.Problem(length) is { } problem)
            {
                throw new IOException(problem);
            }

            if (length > MaxBytes)
            {
                throw new IOException(string.Create(CultureInfo.InvariantCulture, $"it has {length} bytes, and {MaxBytes} are allowed"));
            }

            using var stream = new MemoryStream(SmallFile.ReadAllBytes(path, MaxBytes));
            // Through IConfiguration the settings would be found one by one.
            Data = JsonSettings.Read(stream).ToDictionary(
                setting => ConfigurationPath.Combine("Scoring:Heads", setting.Key), setting => setting.Value, StringComparer.OrdinalIgnoreCase);
            Problem = null;
            _isRead = true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or JsonException)
        {
            Problem = $"Scoring:HeadsFile is '{path}', which cannot be read: {exception.GetBaseException().Message}";
        }
    }
}
