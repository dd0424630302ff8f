using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Scoring.Faults.Servers;

/// <summary><c>scoring serve</c> as a process, which is killed, frozen, ended and started again, always on the same port.</summary>
internal sealed partial class FaultyServer : IAsyncDisposable
{
    private const int Sigkill = 9;
    private const int Sigterm = 15;
    private const int Sigcont = 18;
    private const int Sigstop = 19;

    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);

    private readonly IReadOnlyList<string> _settings;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly string _output;
    private Process? _process;

    private FaultyServer(IReadOnlyList<string> settings, IReadOnlyDictionary<string, string> environment, string output) =>
        (_settings, _environment, _output, Address) = (settings, environment, output, new Uri($"http://127.0.0.1:{FreePort()}"));

    public Uri Address { get; }

    /// <summary>Starts one.</summary>
    /// <param name="settings">Settings of the service.</param>
    /// <param name="environment">Environment variables on top of this process's.</param>
    /// <param name="output">The file that standard output goes to.</param>
    public static async Task<FaultyServer> StartAsync(
        IReadOnlyList<string>? settings = null, IReadOnlyDictionary<string, string>? environment = null, string output = "/dev/null")
    {
        var server = new FaultyServer(settings ?? [], environment ?? new Dictionary<string, string>(), output);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it again.</summary>
    public async Task StartAsync()
    {
        var program = Environment.GetEnvironmentVariable("SCORING") is { Length: > 0 } published
            ? $"'{published}'"
            : $"dotnet '{Path.Combine(AppContext.BaseDirectory, "scoring.dll")}'";
        var port = Address.Port.ToString(CultureInfo.InvariantCulture);
        // The shell is replaced by the program, and gives it its output.
        var start = new ProcessStartInfo("bash", ["-c", $"exec {program} serve \"$@\" >'{_output}'", "serve", "--address", "127.0.0.1", "--port",
            port, "--", "--Scoring:Listen:HttpPort=", "--Scoring:Admin:Port=", .. _settings])
        {
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        using var late = new CancellationTokenSource(StartsWithin);
        while (!await ListensAsync(late.Token))
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"the server ended with {_process.ExitCode} before it listened");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), late.Token);
        }
    }

    public async Task KillAsync()
    {
        Signal(Sigkill);
        await ExitAsync();
    }

    /// <summary>Ends it by SIGTERM: what it exits with.</summary>
    public async Task<int> TerminateAsync()
    {
        Signal(Sigterm);
        return await ExitAsync();
    }

    public void Freeze() => Signal(Sigstop);

    public void Thaw() => Signal(Sigcont);

    /// <summary>What the process holds now.</summary>
    public Resources Measure() => Resources.Of(_process!.Id);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Thaw();
            await KillAsync();
        }

        _process?.Dispose();
    }

    private void Signal(int signal)
    {
        if (Kill(_process!.Id, signal) != 0)
        {
            throw new InvalidOperationException($"the server had ended already");
        }
    }

    private async Task<int> ExitAsync()
    {
        await _process!.WaitForExitAsync();
        return _process.ExitCode;
    }

    private async Task<bool> ListensAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(Address.Host, Address.Port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
