using System.Text;

namespace Scoring.Heads.Reading;

/// <summary>A text file of labels: UTF-8, one label a line.</summary>
internal static class LabelsFile
{
    /// <summary>More than the labels of any model; what is larger is some other file.</summary>
    private const long MaxBytes = 64 << 20;

    /// <summary>What is read as it was written, or not at all.</summary>
    public static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The file's lines; or null, and why they cannot be read.</summary>
    public static (string[]? Lines, string Problem) Read(string path)
    {
        try
        {
            if (LinkTarget.Problem(LinkTarget.Find(path)?.Length) is { } problem)
            {
                return (null, problem);
            }

            using var file = LinkTarget.Open(path);
            if (file.Length > MaxBytes)
            {
                return (null, $"it has {file.Length} bytes, and {MaxBytes} are allowed");
            }

            using var reader = new StreamReader(file, StrictUtf8);
            var lines = new List<string>();
            while (reader.ReadLine() is { } line)
            {
                lines.Add(line);
            }

            return ([.. lines], string.Empty);
        }
        catch (DecoderFallbackException)
        {
            return (null, "it is not UTF-8");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, exception.Message);
        }
    }
}
