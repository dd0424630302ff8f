using System.Collections.Concurrent;
using System.Net;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.Logging;

namespace Scoring.Client.Connections;

/// <summary>
/// Spreads calls over all addresses in turn, but those that calls have failed at: a connection may stand and nobody answer on it. For as long as any
/// other address is there, such a one is tried by one call now and then, until it answers.
/// </summary>
internal sealed class AnsweringAddresses(TimeProvider time) : LoadBalancerFactory
{
    public const string PolicyName = "answering_addresses";

    public override string Name => PolicyName;

    public override LoadBalancer Create(LoadBalancerOptions options) =>
        new Balancer(options.Controller, options.LoggerFactory, new FailedAddresses(time));

    private sealed class Balancer(
        IChannelControlHelper controller, ILoggerFactory logs, FailedAddresses failed) : SubchannelsLoadBalancer(controller, logs)
    {
        /// <summary>Of this balancer and not of a picker, of which each change makes a new one.</summary>
        private readonly Turn _turn = new();

        protected override SubchannelPicker CreatePicker(IReadOnlyList<Subchannel> readySubchannels) =>
            new Picker([.. readySubchannels], failed, _turn);
    }

    private sealed class Turn
    {
        private uint _count;

        public uint Next() => Interlocked.Increment(ref _count);
    }

    private sealed class Picker(Subchannel[] ready, FailedAddresses failed, Turn turn) : SubchannelPicker
    {
        private readonly (PickResult Result, DnsEndPoint Address)[] _addresses =
            [.. ready.Select(subchannel => (subchannel, subchannel.GetAddresses()[0].EndPoint)).Select(
                one => (PickResult.ForSubchannel(one.subchannel, new Tracker(one.EndPoint, failed)), one.EndPoint))];

        public override PickResult Pick(PickContext context)
        {
            var first = turn.Next();
            for (var i = 0U; i < _addresses.Length; i++)
            {
                var (result, address) = _addresses[(first + i) % _addresses.Length];
                if (failed.MayTry(address))
                {
                    return result;
                }
            }

            return _addresses[first % _addresses.Length].Result;
        }
    }

    private sealed class Tracker(DnsEndPoint address, FailedAddresses failed) : ISubchannelCallTracker
    {
        public void Start()
        {
        }

        /// <summary>Called with the headers of the answer, or when there are none to come.</summary>
        public void Complete(CompletionContext context)
        {
            if (context.Error is null)
            {
                failed.Remove(address);
            }
            else if (context.Error is HttpRequestException or OperationCanceledException { InnerException: TimeoutException })
            {
                failed.Add(address);
            }
        }
    }

    /// <summary>Addresses where the last call had no answer, and when they may be tried next.</summary>
    private sealed class FailedAddresses(TimeProvider time)
    {
        private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

        private readonly ConcurrentDictionary<DnsEndPoint, DateTimeOffset> _nextTry = new();

        public void Add(DnsEndPoint address)
        {
            var now = time.GetUtcNow();
            _nextTry[address] = now + Rest;
            foreach (var gone in _nextTry.Where(other => other.Value + Rest < now))
            {
                // Names get other addresses in time.
                _nextTry.TryRemove(gone);
            }
        }

        public void Remove(DnsEndPoint address) => _nextTry.TryRemove(address, out _);

        /// <summary>True for one call alone where the address has rested.</summary>
        public bool MayTry(DnsEndPoint address)
        {
            if (!_nextTry.TryGetValue(address, out var nextTry))
            {
                return true;
            }

            var now = time.GetUtcNow();
            return now >= nextTry && _nextTry.TryUpdate(address, now + Rest, nextTry);
        }
    }
}
