using System.Globalization;
using System.Text;
using Scoring.Protocol;

namespace Scoring.Cli.Bench;

/// <summary>A report for people.</summary>
internal static class LoadReportText
{
    public static string Format(LoadReport report)
    {
        var text = new StringBuilder();
        Line(Describe(report.Plan));
        Line($"{Plural.Of(report.Messages, "message", "N0")} in {report.Seconds:0.00} s");
        Line($"");
        Line($" messages per second {report.MessagesPerSecond,12:N0}");
        Line($" rows per second     {report.RowsPerSecond,12:N0}");
        Line($" sent, received      {report.RequestBytesPerSecond / 1e6,12:N1} MB/s, {report.ResponseBytesPerSecond / 1e6:N1} MB/s of numbers");
        Line($" latency p50         {Time(report.Latency.P50),12}{(report.Plan.Rate is null ? "" : " from when a message was due")}");
        Line($" latency p90         {Time(report.Latency.P90),12}");
        Line($" latency p99         {Time(report.Latency.P99),12}");
        Line($" latency p99.9       {Time(report.Latency.P999),12}");
        Line($" latency max         {Time(report.Latency.Max),12}");
        Line($" client CPU          {report.ClientCpuMicrosecondsPerMessage,12:N2} µs a message");
        Line($" client allocation   {report.ClientAllocatedBytesPerMessage,12:N0} bytes a message");
        if (report.Server is { } server)
        {
            Line($" server CPU          {server.CpuMicrosecondsPerMessage,12:N2} µs a message");
            Line($" server allocation   {server.AllocatedBytesPerMessage,12:N0} bytes a message");
            var (now, before, rented) = (server.ResidentBytes / 1e6, server.ResidentBytesBefore / 1e6, server.RentedBytes / 1e3);
            Line($" server memory       {now,12:N1} MB resident, {before:N1} before; {rented:N0} kB in rented buffers");
            Line($" server compiled     {server.CompiledMethods,12:N0} methods meanwhile");
        }

        Line($" errors              {report.Errors + report.Wrong,12:N0}{Errors(report)}");
        if (report.TimesNative is { } times)
        {
            var (serverCpu, clientCpu) = (times.ServerCpu, times.ClientCpu);
            Line($" beside scoring.v1   {times.Time,12:0.00} × the time, {serverCpu:0.00} × the server's CPU, {clientCpu:0.00} × the client's");
        }

        if (report.Unsent > 0)
        {
            Line($" unsent              {report.Unsent,12:N0} messages were due and not sent at the end");
        }

        return text.ToString();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static FormattableString Describe(LoadPlan plan)
    {
        var flows = plan.Unary
            ? $"{Plural.Of(plan.Window, "unary call")} at once"
            : $"{Plural.Of(plan.Streams, "stream")}, {Plural.Of(plan.Window, "message")} in flight on each";
        var pace = plan.Rate is { } rate ? FormattableString.Invariant($", {rate:N0} messages/s due") : "";
        var outputs = plan.Outputs == OutputSet.Scores ? "" : $" for {plan.Outputs}";
        var protocol = plan.Protocol == LoadProtocol.Oip ? " by Open Inference" : "";
        var connections = Plural.Of(plan.Connections, "connection");
        return $"{plan.Rows} × {plan.Classes} {Name(plan)} logits to {plan.Head}{outputs}{protocol}; {flows}, {connections}{pace}";
    }

    private static string Name(LoadPlan plan) => plan.Type.ToString().ToLowerInvariant();

    private static string Time(double microseconds) => microseconds < 1000
        ? string.Create(CultureInfo.InvariantCulture, $"{microseconds:N0} µs")
        : string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1000:N2} ms");

    private static string Errors(LoadReport report) => (report.Plan.Check, report.FirstError) switch
    {
        (true, null) => " every answer was held against float64",
        (false, null) => " answers were not checked",
        (_, { } first) => $" the first: {first}",
    };
}
