using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Scoring.Benchmarks.Service;

/// <summary>A host for <see cref="PlainService"/> with every setting at its default, but for HTTP/2 in clear text.</summary>
internal static class PlainServer
{
    public const string Verb = "plain-server";

    public static int Run(string unixSocket)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(unixSocket, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        var app = builder.Build();
        app.MapGrpcService<PlainService>();
        app.Run();
        return 0;
    }
}
