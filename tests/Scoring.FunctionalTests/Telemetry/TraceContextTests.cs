using System.Diagnostics;
using Scoring.Service.Telemetry;

namespace Scoring.FunctionalTests.Telemetry;

public sealed class TraceContextTests
{
    [Fact]
    public void The_trace_of_a_call_is_taken_over_and_its_baggage_is_not()
    {
        var headers = new Dictionary<string, string>
        {
            ["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            ["tracestate"] = "a=b",
            ["baggage"] = "c=d,e=f",
        };
        DistributedContextPropagator propagator = new TraceContextPropagator();
        propagator.ExtractTraceIdAndState(headers, Get, out var id, out var state);
        Assert.Equal((headers["traceparent"], headers["tracestate"]), (id, state));
        Assert.Null(propagator.ExtractBaggage(headers, Get));

        static void Get(object? carrier, string name, out string? value, out IEnumerable<string>? values) =>
            (value, values) = (((Dictionary<string, string>)carrier!).GetValueOrDefault(name), null);
    }
}
