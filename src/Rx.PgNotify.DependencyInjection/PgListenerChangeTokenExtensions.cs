using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Primitives;
using Rx.PgNotify.DependencyInjection;

namespace Rx.PgNotify;

/// <summary>Change tokens of channels: for caches, options, and whatever else takes an <see cref="IChangeToken"/>.</summary>
public static class PgListenerChangeTokenExtensions
{
    static readonly TimeSpan s_defaultLinger = TimeSpan.FromHours(1);
    static readonly TimeSpan s_longestLinger = TimeSpan.FromDays(1);

    static readonly ConditionalWeakTable<PgListener, ConcurrentDictionary<string, ChannelChanges>> s_channels = [];

    /// <summary>
    /// A token that is changed by the next notification on a channel, and by the next Resync: when the server begins to
    /// listen, and when notifications may be missing.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Ask for the token first and read afterwards: whatever is committed after the reading changes the token, and so a
    /// value that is kept until then is never stale for good. The first token of a channel is therefore always changed
    /// once, as soon as the server listens: what was committed before, nobody knows. After that the channel stays
    /// listened to, also between two tokens, so that <see cref="Microsoft.Extensions.Primitives.ChangeToken"/>'s
    /// <c>OnChange(() =&gt; listener.ChangeToken("prices"), …)</c> has no gap. What comes while there is no token
    /// changes the next one, which is then given out changed.
    /// </para>
    /// <para>
    /// A token is changed once; its callbacks run one after the other on the thread that delivers the channel, in no
    /// execution context of anybody's, and what one throws is treated as what an observer throws
    /// (<see cref="ListenerOptions.ObserverFailed"/>); the next token works all the same. Everybody who asks before the
    /// next change gets the same token. No connection is an error to a token, nor is a listener that can't connect: it is
    /// changed when the server listens again, and until then <see cref="PgListener.State"/> and the health check say so. When the
    /// listener is disposed its tokens stay as they are.
    /// </para>
    /// <para>Thread-safe; never blocks.</para>
    /// </remarks>
    /// <param name="listener">Who listens.</param>
    /// <param name="channel">The channel: 1 to 63 bytes of UTF-8, exactly as the sender writes it.</param>
    /// <param name="linger">
    /// How long the channel stays listened to, at the least, while no callback is registered with a token; then a token that
    /// somebody still has counts as changed. Default <see langword="null"/>: 1 hour; more than zero, 1 day at the most. The longest
    /// that was asked for counts, for each channel.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="listener"/> or <paramref name="channel"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="channel"/> can't be a channel.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="linger"/> is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public static IChangeToken ChangeToken(this PgListener listener, string channel, TimeSpan? linger = null)
    {
        ArgumentNullException.ThrowIfNull(listener);
        var signals = listener.Channel(channel).Signals;
        var time = linger ?? s_defaultLinger;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, nameof(linger));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, s_longestLinger, nameof(linger));
        var channels = s_channels.GetValue(listener, static _ => new(StringComparer.Ordinal));
        return channels
            .GetOrAdd(channel, name => new ChannelChanges(signals, left => channels.TryRemove(KeyValuePair.Create(name, left))))
            .Token(time);
    }
}
