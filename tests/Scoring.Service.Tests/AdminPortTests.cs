using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Scoring.Service.Hosting;

namespace Scoring.Service.Tests;

/// <summary>The pages of those who look after the service.</summary>
public sealed class AdminPortTests
{
    [Fact]
    public async Task A_page_is_made_to_its_end_though_its_reader_takes_none_of_it()
    {
        // Takes nothing until it is read.
        var client = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        var http = new DefaultHttpContext { Response = { Body = client.Writer.AsStream() } };
        var isMade = false;
        var answering = AdminPort.BufferAsync(
            http,
            async context =>
            {
                await context.Response.Body.WriteAsync("a page"u8.ToArray(), TestContext.Current.CancellationToken);
                isMade = true;
            });
        Assert.True(isMade);
        Assert.False(answering.IsCompleted);
        var page = await client.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("a page", 6L), (Encoding.ASCII.GetString(page.Buffer), http.Response.ContentLength));
        client.Reader.AdvanceTo(page.Buffer.End);
        await answering;
    }
}
