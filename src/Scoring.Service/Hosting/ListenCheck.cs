using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Scoring.Service.Settings;

namespace Scoring.Service.Hosting;

/// <summary>
/// Finds before the start whether the service can listen where it is to, so that a port in use is told by the name of its setting, with what is wrong
/// with others.
/// </summary>
internal sealed class ListenCheck(IOptions<AdminSettings> admin) : IValidateOptions<ListenSettings>
{
    public ValidateOptionsResult Validate(string? name, ListenSettings options)
    {
        string[] failures = [.. (options.UnixSocket.Length > 0 ? CheckSocket(options.UnixSocket) : []).Concat(CheckPorts(options)).Distinct()];
        return failures.Length > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private IEnumerable<string> CheckPorts(ListenSettings listen)
    {
        var watched = Admin();
        var adminAddress = watched.Address.Length > 0 ? ("Scoring:Admin:Address", watched.Address) : ("Scoring:Listen:Address", listen.Address);
        (string Setting, int? Port, (string Setting, string Text) Address)[] places =
        [
            ("Scoring:Listen:Port", listen.UnixSocket.Length > 0 ? null : listen.Port, ("Scoring:Listen:Address", listen.Address)),
            ("Scoring:Listen:HttpPort", listen.HttpPort, ("Scoring:Listen:Address", listen.Address)),
            ("Scoring:Admin:Port", watched.Port, adminAddress),
        ];
        for (var i = 0; i < places.Length; i++)
        {
            var (setting, port, address) = places[i];
            // What is no address at all is told elsewhere.
            if (port is null || (address.Text.Length > 0 && !IPAddress.TryParse(address.Text, out _)))
            {
                continue;
            }

            var same = places[..i].FirstOrDefault(other => other.Port == port && port > 0 && (
                other.Address.Text == address.Text || other.Address.Text.Length == 0 || address.Text.Length == 0));
            if (same.Setting is not null)
            {
                yield return $"{setting} is {port}, as is {same.Setting}; each needs a port of its own";
            }
            else if (ErrorOf(address.Text, port.Value) is { } error)
            {
                yield return error.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse => $"{setting} is {port}, which is in use",
                    SocketError.AccessDenied => $"{setting} is {port}, which this user may not listen on",
                    SocketError.AddressNotAvailable => $"{address.Setting} is '{address.Text}', which is not an address of this machine",
                    _ => $"{setting} is {port}, which cannot be listened on: {error.Message}",
                };
            }
        }
    }

    private AdminSettings Admin()
    {
        try
        {
            return admin.Value;
        }
        catch (OptionsValidationException)
        {
            // What is wrong with them is told as such.
            return new AdminSettings();
        }
    }

    private static SocketException? ErrorOf(string address, int port)
    {
        var ip = address.Length > 0 ? IPAddress.Parse(address) : Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        try
        {
            using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (ip.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(ip, port));
            return null;
        }
        catch (SocketException exception)
        {
            return exception;
        }
    }

    private static IEnumerable<string> CheckSocket(string path)
    {
        const string Setting = "Scoring:Listen:UnixSocket";
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            return [$"{Setting} is '{Quoted.Text(path)}', whose folder is not there"];
        }

        UnixDomainSocketEndPoint place;
        try
        {
            place = new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException)
        {
            return [$"{Setting} is '{Quoted.Text(path)}', which is too long for the path of a socket"];
        }

        // Not by binding it, as ports are tried: its file would be there for a moment, and whoever waits for the service would believe that it
        // listens.
        return Path.Exists(path) && !RemoveIfLeft(path, place)
            ? [$"{Setting} is '{Quoted.Text(path)}', which is there already, and is another service's socket or no socket"]
            : [];
    }

    /// <summary>Removes a socket that a service has left that was killed: nobody listens there any more.</summary>
    private static bool RemoveIfLeft(string path, UnixDomainSocketEndPoint place)
    {
        try
        {
            // A service that is busy would have the connection wait.
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            socket.Connect(place);
            return false;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            return TryDelete(path);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>A connection to a plain file is refused as well, and that file is somebody's; but it can be opened, which a socket cannot.</summary>
    private static bool IsSocket(string path)
    {
        const int NoSuchDevice = 6;
        try
        {
            // Not for reading alone, which for a pipe would wait for who writes.
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return false;
        }
        catch (IOException exception)
        {
            return OperatingSystem.IsLinux() && exception.HResult == NoSuchDevice;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
