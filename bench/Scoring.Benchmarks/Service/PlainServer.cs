using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Scoring.Benchmarks.Service;

/// <summary>A host for <see cref="PlainService"/> with every setting of ASP.NET Core and gRPC at its default, but for HTTP/2 in clear text.</summary>
internal static class PlainServer
{
    public const string TensorsVerb = "plain-server-tensors";
    public const string MathFVerb = "plain-server-mathf";

    /// <param name="port">Where to listen, for this machine alone.</param>
    /// <param name="softmax">What to score with.</param>
    public static int Run(int port, PlainSoftmax softmax)
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
