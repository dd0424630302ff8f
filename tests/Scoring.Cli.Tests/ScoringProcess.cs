using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Scoring.Cli.Tests;

/// <summary><c>scoring</c> as a process of its own. Disposed while it runs, it is killed.</summary>
internal sealed partial class ScoringProcess : IDisposable
{
    private const int Sigterm = 15;
    private const int Sighup = 1;

    private readonly Process _process;
    private readonly Task<string> _error;

    private ScoringProcess(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public StreamWriter Input => _process.StandardInput;

    public static ScoringProcess Start(params string[] arguments) => StartWith("TMPDIR", Path.GetTempPath(), arguments);

    /// <summary>Starts with a folder of its own for what it writes temporarily.</summary>
    public static ScoringProcess StartWithTemporaryFolder(string folder, params string[] arguments) => StartWith("TMPDIR", folder, arguments);

    /// <summary>Starts where a process may have so many files open.</summary>
    public static ScoringProcess StartWithFiles(int files, params string[] arguments) =>
        StartProgram("sh", "TMPDIR", Path.GetTempPath(), ["-c", $"ulimit -n {files}; exec \"$@\"", "sh", "dotnet", Program, .. arguments]);

    /// <summary>Starts with a variable of the environment.</summary>
    public static ScoringProcess StartWith(string variable, string value, params string[] arguments) =>
        StartProgram("dotnet", variable, value, [Program, .. arguments]);

    /// <summary>Runs to the end, with a shell's redirections, such as <c>2&gt;&amp;-</c>.</summary>
    public static async Task<ProcessResult> RunRedirectedAsync(string redirections, params string[] arguments)
    {
        using var process = StartProgram(
            "sh", "TMPDIR", Path.GetTempPath(), ["-c", $"exec \"$@\" {redirections}", "sh", "dotnet", Program, .. arguments]);
        process.Input.Close();
        return await process.EndAsync();
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "scoring.dll");

    private static ScoringProcess StartProgram(string program, string variable, string value, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
            // Most processes here run for a second, in which nothing is compiled a second time with profit: a third less of the processor's time.
            Environment = { ["DOTNET_TieredPGO"] = "0", ["DOTNET_TC_CallCountingDelayMs"] = "100", [variable] = value },
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new ScoringProcess(Process.Start(start)!);
    }

    /// <summary>Runs to the end, with nothing on standard input.</summary>
    public static async Task<ProcessResult> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        process.Input.Close();
        return await process.EndAsync();
    }

    /// <summary>Starts <c>scoring serve</c> and waits until it says where it listens.</summary>
    public static Task<(ScoringProcess Process, string Address)> ServeAsync(params string[] arguments) =>
        ListeningAsync(Start(["serve", "--http-port", "0", "--admin-port", "0", .. arguments]));

    /// <summary>Waits until it says where it listens.</summary>
    public static async Task<(ScoringProcess Process, string Address)> ListeningAsync(ScoringProcess process)
    {
        const string Marker = "Now listening on: http://";
        while (await process._process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            var at = line.IndexOf(Marker, StringComparison.Ordinal);
            if (at >= 0)
            {
                var address = line[(at + Marker.Length)..].Trim();
                return (process, address.StartsWith("unix:", StringComparison.Ordinal) ? address : $"http://{address}");
            }
        }

        var result = await process.EndAsync();
        process.Dispose();
        throw new InvalidOperationException($"scoring serve ended with {result.ExitCode} and never listened: {result.Error}");
    }

    public ValueTask<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

    /// <summary>Reads until a line has this text.</summary>
    public async Task ReadUntilAsync(string text)
    {
        while (await ReadLineAsync() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"the process ended without '{text}'");
    }

    /// <summary>The next address that a service says it listens on: after the first that of the HTTP port, then that of the admin port.</summary>
    public async Task<string> ReadAddressAsync() => (await ReadLineAsync())!.Split("Now listening on: ")[1].Trim();

    public void Terminate() => Assert.Equal(0, Kill(_process.Id, Sigterm));

    /// <summary>As the end of its terminal does.</summary>
    public void HangUp() => Assert.Equal(0, Kill(_process.Id, Sighup));

    public async Task<ProcessResult> EndAsync()
    {
        var output = await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await _error;
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ProcessResult(_process.ExitCode, output, error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
