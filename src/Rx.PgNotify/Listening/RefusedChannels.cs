using System.Reactive.Concurrency;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// The names that the server has refused, each with a backoff of its own: <c>Retry()</c> on a refused channel must not
/// send a LISTEN for every round trip.
/// </summary>
/// <remarks>
/// <paramref name="gate"/>, the lock of <see cref="DesiredChannels"/>, guards the names and the channels. It is not held while a timer
/// is started: a scheduler is foreign code.
/// </remarks>
/// <param name="gate">The lock of the desired channels.</param>
/// <param name="channels">The desired channels.</param>
/// <param name="changed">Is called, without the lock, when one that has waited is to be looked at again.</param>
/// <param name="options">The backoff, and where timers run.</param>
sealed class RefusedChannels(Lock gate, ChannelSet channels, Action changed, PgListenerOptions options)
{
    // Far more than anybody refuses on purpose; it only keeps names made at run time from piling up.
    const int MostNames = 1_000;

    readonly Dictionary<string, (Backoff Backoff, TimeSpan NotBefore)> _names = new(StringComparer.Ordinal);
    readonly TimeSpan _firstDelay = options.ReconnectDelay;
    readonly TimeSpan _longestDelay = options.MaxReconnectDelay;
    readonly IScheduler _scheduler = options.Scheduler;

    internal void Add_NeedsLock(string name, TimeSpan now)
    {
        var backoff = _names.TryGetValue(name, out var known) ? known.Backoff : new Backoff(_firstDelay, _longestDelay);
        if (_names.Count >= MostNames)
            _names.Clear();
        _names[name] = (backoff, now + backoff.Next());
    }

    /// <summary>How long the next LISTEN for this name has to wait.</summary>
    internal TimeSpan Remaining_NeedsLock(string name, TimeSpan now) =>
        _names.TryGetValue(name, out var known) && known.NotBefore > now ? known.NotBefore - now : TimeSpan.Zero;

    internal void Forget_NeedsLock(string name) => _names.Remove(name);

    /// <summary>Has the reconciler look at a channel when it has waited.</summary>
    internal void StartTimer(ListenedChannel channel, TimeSpan delay)
    {
        // Without a scheduler, which is the user's and may be gone, real time has to do: looked at again at once, and again, the channel
        // would keep the loop from reading the socket.
        if (!TryStartTimer(_scheduler, channel, delay))
            TryStartTimer(GuardedScheduling.Default, channel, delay);
    }

    bool TryStartTimer(IScheduler scheduler, ListenedChannel channel, TimeSpan delay) => scheduler.TrySchedule(
        (Owner: this, Channel: channel), delay, static (_, timer) => timer.Owner.TimerFired(timer.Channel), out _) is null;

    void TimerFired(ListenedChannel channel)
    {
        lock (gate)
        {
            if (!channels.TryMarkDirty(channel))
                return;
        }

        changed();
    }
}
