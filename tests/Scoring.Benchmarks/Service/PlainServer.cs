using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Scoring.Benchmarks.Service;

/// <summary>A host for <see cref="PlainService"/> with every setting at its default, but for HTTP/2 in clear text.</summary>
internal static class PlainServer
{
    /// <summary>The verbs that start one, and what each computes with.</summary>
    public const string TensorsVerb = "plain-server-tensors";
    public const string LoopVerb = "plain-server-loop";

    /// <param name="port">Where to listen, for this machine alone.</param>
    /// <param name="softmax">What to score a row with.</param>
    public static int Run(int port, RowSoftmax softmax)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(softmax);
        var app = builder.Build();
        app.MapGrpcService<PlainService>();
        app.Run();
        return 0;
    }
}
