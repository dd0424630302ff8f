using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Scoring.Cli.Bench;

/// <summary>
/// A server in a process of its own, so that its processor time and memory are told apart from the client's. It listens on a Unix domain
/// socket in a folder that only this user can enter, or on a port of this machine alone, and all of it goes when this is disposed.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int Sigterm = 15;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);

    private readonly DirectoryInfo _folder;
    private readonly Process _process;
    private readonly EndPoint _endPoint;

    /// <summary>The last line that the server said, for when it ends too early.</summary>
    private volatile string _lastWords = string.Empty;

    private ServerProcess(DirectoryInfo folder, Process process, EndPoint endPoint)
    {
        (_folder, _process, _endPoint) = (folder, process, endPoint);
    }

    /// <summary>What a client connects to.</summary>
    public string Address => _endPoint is IPEndPoint port ? $"http://{port}" : $"unix:{_endPoint}";

    /// <summary>Starts <c>scoring serve</c>: this program, or the one that this assembly belongs to.</summary>
    /// <param name="settings">Settings of the service, such as <c>--Scoring:Limits:Rows=4096</c>.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="environment">Environment variables on top of this process's.</param>
    public static Task<ServerProcess> StartAsync(
        IReadOnlyList<string> settings, CancellationToken cancellationToken, params IEnumerable<KeyValuePair<string, string>> environment) =>
        StartAsync(
            socket => [.. ThisProgram(), "serve", "--unix-socket", socket, "--", "--Logging:LogLevel:Default=Warning", .. settings],
            cancellationToken,
            environment);

    /// <summary>Starts any server, and waits until it listens.</summary>
    /// <param name="commandLine">From the port that the server must listen on to the program and its arguments.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="environment">Environment variables on top of this process's.</param>
    /// <exception cref="IOException">The program cannot be started, or ended before it listened.</exception>
    public static Task<ServerProcess> StartAsync(
        Func<int, IReadOnlyList<string>> commandLine, CancellationToken cancellationToken,
        params IEnumerable<KeyValuePair<string, string>> environment)
    {
        var port = FreePort();
        return StartAsync(
            UnixSocket.CreateFolder(), new IPEndPoint(
                IPAddress.Loopback, port), commandLine(port), environment, cancellationToken);
    }

    /// <summary>What starts <c>scoring serve</c> on a port of this machine alone.</summary>
    public static IReadOnlyList<string> ServeOnPort(int port) => ServeOnPort(ThisProgram(), port);

    /// <summary>The same of another build.</summary>
    public static IReadOnlyList<string> ServeOnPort(IReadOnlyList<string> program, int port) =>
    [
        .. program, "serve", "--address", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--",
        "--Logging:LogLevel:Default=Warning", "--Scoring:Listen:HttpPort=", "--Scoring:Admin:Port=",
    ];

    /// <summary>Starts any server, and waits until it listens.</summary>
    /// <param name="commandLine">From the path of the socket that the server must listen on to the program and its arguments.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="environment">Environment variables on top of this process's.</param>
    /// <exception cref="IOException">The program cannot be started, or ended before it listened.</exception>
    public static Task<ServerProcess> StartAsync(
        Func<string, IReadOnlyList<string>> commandLine, CancellationToken cancellationToken,
        params IEnumerable<KeyValuePair<string, string>> environment)
    {
        var folder = UnixSocket.CreateFolder();
        var socket = UnixSocket.PathIn(folder);
        if (UnixSocket.IsTooLong(socket))
        {
            folder.Delete();
            throw new IOException($"{socket} is too long for the path of a socket: name a shorter folder for temporary files (TMPDIR)");
        }

        return StartAsync(folder, new UnixDomainSocketEndPoint(socket), commandLine(socket), environment, cancellationToken);
    }

    private static async Task<ServerProcess> StartAsync(
        DirectoryInfo folder,
        EndPoint endPoint,
        IReadOnlyList<string> commandLine,
        IEnumerable<KeyValuePair<string, string>> environment,
        CancellationToken cancellationToken)
    {
        ServerProcess? server = null;
        try
        {
            server = Start(folder, endPoint, commandLine, environment);
            await server.WaitUntilListeningAsync(cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            if (server is not null)
            {
                await server.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                folder.Delete(recursive: true);
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        await EndAsync().ConfigureAwait(false);
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>By SIGTERM where there are signals, so that the server leaves nothing behind; by force if that takes too long.</summary>
    private async Task EndAsync()
    {
        if (!OperatingSystem.IsWindows() && !_process.HasExited && SendSignal(_process.Id, Sigterm) == 0)
        {
            using var late = new CancellationTokenSource(Grace);
            await _process.WaitForExitAsync(late.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static ServerProcess Start(
        DirectoryInfo folder, EndPoint endPoint, IReadOnlyList<string> commandLine, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(commandLine[0], commandLine.Skip(1))
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                // Settings that lie in the current folder are for the service that runs there.
                WorkingDirectory = folder.FullName,
            },
        };
        foreach (var (name, value) in environment)
        {
            process.StartInfo.Environment[name] = value;
        }

        var server = new ServerProcess(folder, process, endPoint);
        process.OutputDataReceived += server.Listen;
        process.ErrorDataReceived += server.Listen;
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            process.Dispose();
            throw new IOException($"cannot start {commandLine[0]}: {exception.Message}", exception);
        }

        AppDomain.CurrentDomain.ProcessExit += server.Kill;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return server;
    }

    private static IReadOnlyList<string> ThisProgram()
    {
        var assembly = typeof(ServerProcess).Assembly;
        var host = Environment.ProcessPath;
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
        {
            return [host!, assembly.Location];
        }

        return host is not null && Assembly.GetEntryAssembly() == assembly ? [host] : ["dotnet", assembly.Location];
    }

    /// <summary>Another program may take it before the server does, who then says so and ends.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitUntilListeningAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_process.HasExited)
            {
                // Waits for the last words as well.
                await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
                throw new IOException($"the server ended with {_process.ExitCode} before it listened: {_lastWords}");
            }

            try
            {
                using var socket = new Socket(_endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(_endPoint, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(PollEvery, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void Listen(object sender, DataReceivedEventArgs line)
    {
        if (!string.IsNullOrWhiteSpace(line.Data))
        {
            _lastWords = line.Data.Trim();
        }
    }

    private void Kill(object? sender, EventArgs arguments) => _process.Kill(entireProcessTree: true);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
