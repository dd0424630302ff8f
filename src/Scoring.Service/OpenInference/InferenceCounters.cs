using System.Collections.Concurrent;
using Inference;
using Scoring.Heads;
using Scoring.Protocol;
using Scoring.Service.Heads;
using Scoring.Service.Telemetry;

namespace Scoring.Service.OpenInference;

/// <summary>What ModelStatistics tells: of each head, what came by the Open Inference Protocol since the service started.</summary>
internal sealed class InferenceCounters(HeadRegistry heads, TelemetryGuard guard, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Counters> _counters = new(StringComparer.Ordinal);

    /// <summary>Counts a message that is answered. Of one that names no head there is nothing to count.</summary>
    public void Count(PooledScoreResponse response) => guard.Run((Counters: this, response), static it => it.Counters.CountAnswer(it.response));

    public ModelStatistics Of(HeadDefinition head) => _counters.GetOrAdd(head.Name, static _ => new Counters()).Of(head);

    private void CountAnswer(PooledScoreResponse response)
    {
        var name = response.Inference!.ModelName;
        if (!_counters.TryGetValue(name, out var counters))
        {
            // Only of heads that are there, or clients could make it grow with names that they invent.
            if (name.Length == 0 || heads.Find(name) is null)
            {
                return;
            }

            counters = _counters.GetOrAdd(name, static _ => new Counters());
        }

        counters.Add(response, time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    private sealed class Counters
    {
        private readonly Lock _lock = new();
        private long _lastMs;
        private ulong _rows;
        private ulong _messages;
        private ulong _failed;
        private ulong _queueNs;
        private ulong _kernelNs;

        public void Add(PooledScoreResponse response, long nowMs)
        {
            lock (_lock)
            {
                _lastMs = nowMs;
                if (response.Error is not null)
                {
                    _failed++;
                    return;
                }

                _rows += response.Rows;
                _messages++;
                _queueNs += response.QueueNs;
                _kernelNs += response.KernelNs;
            }
        }

        public ModelStatistics Of(HeadDefinition head)
        {
            lock (_lock)
            {
                return new ModelStatistics
                {
                    Name = head.Name,
                    Version = InferenceModel.Version(head),
                    LastInference = (ulong)_lastMs,
                    InferenceCount = _rows,
                    ExecutionCount = _messages,
                    InferenceStats = new InferStatistics
                    {
                        Success = new StatisticDuration { Count = _messages, Ns = _queueNs + _kernelNs },
                        Fail = new StatisticDuration { Count = _failed },
                        Queue = new StatisticDuration { Count = _messages, Ns = _queueNs },
                        ComputeInput = new StatisticDuration { Count = _messages },
                        ComputeInfer = new StatisticDuration { Count = _messages, Ns = _kernelNs },
                        ComputeOutput = new StatisticDuration { Count = _messages },
                        CacheHit = new StatisticDuration(),
                        CacheMiss = new StatisticDuration(),
                    },
                };
            }
        }
    }
}
