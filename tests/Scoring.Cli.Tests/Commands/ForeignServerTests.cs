using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Scoring.Cli.Tests.Commands;

/// <summary>A server at the address that is none of ours.</summary>
public sealed class ForeignServerTests
{
    [Fact]
    public async Task What_a_server_says_is_one_line_that_no_terminal_obeys()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0, port => port.Protocols = HttpProtocols.Http2));
        await using var server = builder.Build();
        server.Run(call =>
        {
            call.Response.ContentType = "application/grpc";
            call.Response.Headers["grpc-status"] = "7";
            call.Response.Headers["grpc-message"] = "%1B[31mred%0Aand more";
            return Task.CompletedTask;
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        var result = await ScoringProcess.RunAsync("heads", "--server", server.Urls.Single());
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("scoring: PermissionDenied: ?[31mred?and more", result.ErrorLine);
    }
}
