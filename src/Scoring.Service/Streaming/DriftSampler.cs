using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using Scoring.Heads;
using Scoring.Kernels;
using Scoring.Service.Telemetry;

namespace Scoring.Service.Streaming;

/// <summary>
/// Looks at a few rows of each head, so that a model whose inputs have changed shows. Heads that make one distribution of a row are looked at:
/// softmax and log_softmax without groups. Sigmoid and linear heads have no best class that excludes the others.
/// </summary>
internal sealed class DriftSampler(ScoringMetrics metrics, IOptions<TelemetrySettings> settings, TimeProvider time)
{
    private readonly long _interval = settings.Value.DriftRowsPerSecond is > 0 and var rate ? time.TimestampFrequency / rate : long.MaxValue;
    private readonly ConditionalWeakTable<HeadDefinition, Turn> _turns = [];

    /// <summary>Looks at one row of the batch for each head whose turn it is, before scoring uses the logits up.</summary>
    /// <param name="messages">The messages of a batch.</param>
    /// <param name="now">A timestamp of the time provider.</param>
    public void Sample(ReadOnlySpan<BatchMessage> messages, long now)
    {
        if (_interval == long.MaxValue || !metrics.IsDriftObserved)
        {
            return;
        }

        HeadDefinition? seen = null;
        foreach (ref readonly var message in messages)
        {
            if (message.Response.Error is not null || message.Plan.Head is var head && ReferenceEquals(head, seen))
            {
                continue;
            }

            seen = head;
            if (HasDistribution(message.Plan) && _turns.GetOrCreateValue(head).TryTake(now, _interval))
            {
                Sample(message);
            }
        }
    }

    private static bool HasDistribution(in ScoringPlan plan) =>
        plan.Rows > 0 && plan.Head.Activation.IsMulticlass() && !plan.HeadPlan.HasGroups && plan.Classes > 1;

    private void Sample(in BatchMessage message)
    {
        var (request, plan) = (message.Request, message.Plan);
        var row = Random.Shared.Next(plan.Rows);
        if (request.Data.Count == 0)
        {
            Sample(plan, request.Logits.Span.Slice(row * plan.Classes, plan.Classes));
            return;
        }

        var bytes = plan.Classes * LogitData.ElementBytes(request.DataType)!.Value;
        var logits = ArrayPool<float>.Shared.Rent(plan.Classes);
        LogitData.Unpack(
            request.Data.Span.Slice(
                row * bytes, bytes), request.DataType, new HeadPlan(plan.Head, 1, plan.Classes), logits.AsSpan(0, plan.Classes), []);
        Sample(plan, logits.AsSpan(0, plan.Classes));
        ArrayPool<float>.Shared.Return(logits);
    }

    private void Sample(in ScoringPlan plan, ReadOnlySpan<float> logits)
    {
        Span<int> best = stackalloc int[2];
        Span<float> probabilities = stackalloc float[2];
        var entropy = 0f;
        if (TopK.Probabilities(logits, plan.Classes, 2, best, probabilities, plan.HeadPlan.Temperature, plan.Head.Bias) is null
            && Entropy.Compute(logits, plan.Classes, MemoryMarshal.CreateSpan(ref entropy, 1), plan.HeadPlan.Temperature, plan.Head.Bias) is null)
        {
            metrics.Predicted(plan.Head, best[0], probabilities[0], probabilities[0] - probabilities[1], entropy);
        }
    }

    /// <summary>When the next row of a head may be looked at.</summary>
    private sealed class Turn
    {
        private long _next = long.MinValue;

        public bool TryTake(long now, long interval)
        {
            var next = Volatile.Read(ref _next);
            return now >= next && Interlocked.CompareExchange(ref _next, now + interval, next) == next;
        }
    }
}
