using System.Diagnostics;
using System.Globalization;
using Scoring.Faults.Attack;
using Scoring.Faults.Proxies;
using Scoring.Faults.Scenarios;
using Scoring.Faults.Spread;

Scenario[] scenarios =
[
    new("kill", "kill -9, and a start on the same port", Quick: 10, Full: 100, Endings.KillAsync),
    new("rollout", "SIGTERM to one of two servers, and its start", Quick: 8, Full: 50, Endings.RollOutAsync),
    new("network", "connections delayed, reset, and silent", Quick: 10, Full: 120, Survivals.NetworkAsync),
    new("freeze", "SIGSTOP for up to 3 s", Quick: 3, Full: 20, Survivals.FreezeAsync),
    new("reload", "heads that change each 100 ms", Quick: 5, Full: 30, Survivals.ReloadAsync),
    new("memory", "messages past the memory limit, in a heap of 96 MiB", Quick: 5, Full: 30, Survivals.MemoryAsync),
    new("attack", "360 streams of 16 MB and 200 of 4 MB that mean no good, at the limits of the production pod", Quick: 5, Full: 60,
        Attacks.RunAsync),
    new("disk", "standard output on a full disk", Quick: 3, Full: 20, Survivals.DiskAsync),
    new("clock", "a clock that jumps by up to a day", Quick: 3, Full: 20, Survivals.ClockAsync),
    new("starvation", "a thread pool of one thread", Quick: 3, Full: 20, Survivals.StarvationAsync),
    new("soak", "changing heads, connections of 10 s, a server replaced each 30 s", Quick: 0, Full: 1200, Soak.RunAsync),
];

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["spread"])
{
    return await SpreadCommand.RunAsync();
}

if (args is [AttackCommand.Name, var target, var streams, var connections, var megabytes])
{
    return await AttackCommand.RunAsync(target, streams, connections, megabytes);
}

if (args is ["ends", var address])
{
    return await EndsCommand.RunAsync(address);
}

var isQuick = args.Contains("--quick");
if (args is ["elsewhere", .. { Length: > 0 } servers])
{
    scenarios = [new("elsewhere", $"what somebody else does to {string.Join(", ", servers)}", Quick: 0, Full: 1, _ => Elsewhere.RunAsync(
        servers.Select(server => new Uri(server))))];
    args = [];
}

string[] names = [.. args.Where(argument => argument != "--quick")];
if (names.Except(scenarios.Select(scenario => scenario.Name)).ToArray() is { Length: > 0 } unknown)
{
    Console.Error.WriteLine(
        $"there is no scenario {string.Join(", ", unknown)}; there are {string.Join(", ", scenarios.Select(scenario => scenario.Name))}");
    return 2;
}

Console.WriteLine(
    "| | what | faults | messages | lost | out of order | wrong | p50 ms | p99 ms | longest ms | memory MiB | threads | handles | time s |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
var bad = 0;
foreach (
    var scenario in scenarios.Where(scenario => names.Length == 0 ? (isQuick ? scenario.Quick : scenario.Full) > 0 : names.Contains(scenario.Name)))
{
    var started = Stopwatch.GetTimestamp();
    var outcome = await scenario.RunAsync(isQuick ? scenario.Quick : scenario.Full);
    var (tally, latency) = (outcome.Tally, outcome.Tally.Latency);
    var (before, after) = (outcome.Before, outcome.After);
    Console.WriteLine(
        $"| {scenario.Name} | {scenario.What} | {outcome.Faults} | {tally.Sent:N0} | {tally.Lost} | {tally.OutOfOrder} | {tally.Wrong} "
        + $"| {latency.P50 / 1000:0.0} | {latency.P99 / 1000:0.0} | {latency.Max / 1000:0} "
        + $"| {before?.ResidentMiB:0} → {after?.ResidentMiB:0} | {before?.Threads} → {after?.Threads} | {before?.Handles} → {after?.Handles} "
        + $"| {Stopwatch.GetElapsedTime(started).TotalSeconds:0} |");
    if (outcome.Fault is { } fault)
    {
        bad++;
        Console.Error.WriteLine($"{scenario.Name}: {fault}");
    }
}

return bad == 0 ? 0 : 1;
