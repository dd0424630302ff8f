using System.Net.Sockets;
using Grpc.Core;
using Scoring.Client;
using Scoring.Service;

namespace Scoring.Cli;

/// <summary>Runs a command, and says in one line on standard error what kept it from succeeding.</summary>
internal static class CommandRunner
{
    public static async Task<int> RunAsync(Func<CancellationToken, Task> command)
    {
        using var signals = new Signals();
        try
        {
            await command(signals.Stop).ConfigureAwait(false);
            return ExitCode.Success;
        }
        catch (Exception) when (signals.Stop.IsCancellationRequested)
        {
            // Whatever broke, it broke because everything was being stopped.
            Console.Error.WriteLine("scoring: cancelled");
            return signals.ExitCode;
        }
        catch (ScoringException exception)
        {
            return Fail(Quoted.Line(Explain(exception)), ExitCode.Failure);
        }
        catch (Exception exception) when (ScoringHost.FailedSettings(exception) is { Count: > 0 } failures)
        {
            return Fail(string.Join(Environment.NewLine + "scoring: ", failures), ExitCode.Failure);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException or SocketException)
        {
            return Fail(Quoted.Line(exception.Message), ExitCode.Failure);
        }
    }

    /// <summary>Where the transport failed, the innermost cause says most.</summary>
    public static string Explain(ScoringException exception)
    {
        var call = exception.InnerException as RpcException;
        if (TransportError.Of(call) is { } error)
        {
            return TransportError.Explain(error) ?? error.GetBaseException().Message;
        }

        return exception.Error.Code != StatusCode.Unavailable
            ? exception.Message
            : call?.Status.DebugException?.GetBaseException().Message ?? exception.Error.Message;
    }

    private static int Fail(string message, int exitCode)
    {
        Console.Error.WriteLine($"scoring: {message}");
        return exitCode;
    }
}
