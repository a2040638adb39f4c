using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Rx.PgNotify.Nats.Connections;
using Rx.PgNotify.Nats.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>The channels that are forwarded in one epoch: those that are listed, and those that receivers ask for.</summary>
/// <param name="listener">Hears them.</param>
/// <param name="publisher">Of the epoch.</param>
/// <param name="options">Of the bridge: which channels are allowed, and how many.</param>
/// <param name="permissions">What NATS has refused this side.</param>
/// <param name="refused">What PostgreSQL has refused.</param>
/// <param name="end">Of the epoch.</param>
sealed class ForwardedChannels(
    PgListener listener, BridgePublisher publisher, PgNatsBridgeOptions options, PermissionErrors permissions, RefusedNames refused, CancellationToken end)
{
    readonly ConcurrentDictionary<string, Forwarder> _forwarders = new(StringComparer.Ordinal);

    // How many of them are not listed.
    int _askedChannels;

    internal ICollection<Forwarder> All => _forwarders.Values;

    /// <summary>A receiver asks for a channel.</summary>
    /// <returns>What forwards it, or why it can't be forwarded.</returns>
    internal (Forwarder? Forwarder, string? Refusal) FindOrForward(string channel)
    {
        if (refused.Find(channel) is { } reason)
            return (null, reason);
        if (_forwarders.TryGetValue(channel, out var known))
        {
            if (known.TryAsk())
                return (known, null);
            Remove(channel, known);
        }

        if (IsListed(channel))
            return (Forward(channel), null);
        if (options.ListedOnly)
            return (null, "the bridge forwards the channels of its options only.");
        if (Volatile.Read(ref _askedChannels) >= options.MaxAskedChannels)
            return (null, $"receivers have asked for {options.MaxAskedChannels} other channels already, which is the limit of the bridge.");
        try
        {
            ChannelName.Validate(channel, nameof(channel));
        }
        catch (ArgumentException e)
        {
            return (null, e.Message);
        }

        return (Forward(channel), null);
    }

    /// <summary>Forwards a channel, unless that is done already.</summary>
    internal Forwarder Forward(string channel)
    {
        var forwarder = new Forwarder(channel, IsListed(channel), publisher);
        var present = _forwarders.GetOrAdd(channel, forwarder);
        if (present != forwarder)
            return present;
        if (!forwarder.IsListed)
            Interlocked.Increment(ref _askedChannels); // before anybody looks at it again
        _ = SuppressedFlow.Run(() => ForwardAsync(channel, forwarder));
        return forwarder;
    }

    bool IsListed(string channel) => options.Channels.Contains(channel);

    // Whoever removes it counts it out: one that was stopped is not to take the place of the one that replaces it.
    void Remove(string channel, Forwarder forwarder)
    {
        if (_forwarders.TryRemove(KeyValuePair.Create(channel, forwarder)) && !forwarder.IsListed)
            Interlocked.Decrement(ref _askedChannels);
    }

    async Task ForwardAsync(string channel, Forwarder forwarder)
    {
        publisher.Metrics.ChannelAdded();
        try
        {
            using var ending = end.UnsafeRegister(static forwarder => ((Forwarder)forwarder!).Stop(), forwarder);
            await forwarder.RunAsync(listener).ConfigureAwait(false);
            if (forwarder.Refusal is { } reason)
                refused.Add(channel, reason);
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // The epoch is over, and with it the numbers.
        }
        catch (Exception e)
        {
            // Receivers notice that the channel is silent, and ask for it again. What NATS fails of does not come here.
            NatsLog.BridgeFailed(publisher.Logger, LogLevel.Warning, TimeSpan.Zero, e);
        }
        finally
        {
            Remove(channel, forwarder);
            permissions.Forget(forwarder.Subject); // whoever asks for it from now on lets it be tried anew
            publisher.Metrics.ChannelRemoved();
        }
    }
}
