using System.Reactive.Concurrency;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// The names that the server has refused, each with a backoff of its own: <c>Retry()</c> on a refused channel must not
/// send a LISTEN for every round trip. Channels of such names are postponed until then, all with one timer.
/// </summary>
/// <remarks>
/// <paramref name="gate"/>, the lock of <see cref="DesiredChannels"/>, guards the names, the channels and <c>_timerDue</c>. It is not
/// held while a timer is started: a scheduler is foreign code. Invariant: while channels are postponed, a timer is armed, or about to
/// be, that is due when the first of them may be listened to.
/// </remarks>
/// <param name="gate">The lock of the desired channels.</param>
/// <param name="channels">The desired channels.</param>
/// <param name="changed">Is called, without the lock, when postponed channels are to be looked at again.</param>
/// <param name="options">The backoff, and where timers run.</param>
sealed class RefusedChannels(Lock gate, ChannelSet channels, Action changed, ListenerOptions options)
{
    // Far more than anybody refuses on purpose; it only keeps names made at run time from piling up.
    const int MostNames = 1_000;

    readonly Dictionary<string, (Backoff Backoff, TimeSpan NotBefore)> _names = new(StringComparer.Ordinal);
    readonly TimeSpan _firstDelay = options.ReconnectDelay;
    readonly TimeSpan _longestDelay = options.MaxReconnectDelay;
    readonly IScheduler _scheduler = options.Scheduler;

    // When the timer is due, on the listener's clock; the maximum while none is armed.
    TimeSpan _timerDue = TimeSpan.MaxValue;

    // The timer that was started last, used by the pump alone.
    IDisposable? _timer;

    internal void Add_NeedsLock(string name, TimeSpan now)
    {
        var backoff = _names.TryGetValue(name, out var known) ? known.Backoff : new Backoff(_firstDelay, _longestDelay);
        if (_names.Count >= MostNames)
            _names.Clear();
        _names[name] = (backoff, now + backoff.Next());
    }

    internal void Forget_NeedsLock(string name) => _names.Remove(name);

    /// <summary>Postpones a channel if its name has to wait.</summary>
    /// <returns>Until when; <see langword="null"/> if it may be listened to now.</returns>
    internal TimeSpan? TryPostpone_NeedsLock(ListenedChannel channel, TimeSpan now)
    {
        var name = channel.Hub.Name;
        if (!_names.TryGetValue(name, out var known) || known.NotBefore <= now)
            return null;
        if (known.NotBefore - now > _longestDelay) // the clock was set back
            _names[name] = known = (known.Backoff, now + _longestDelay);
        channels.Postpone(channel);
        return known.NotBefore;
    }

    /// <summary>Channels were postponed: starts a timer for them, in place of one that is due later. Without the lock.</summary>
    /// <param name="until">When the first of them may be listened to.</param>
    /// <param name="now">On the listener's clock.</param>
    internal void EnsureTimer(TimeSpan until, TimeSpan now)
    {
        lock (gate)
        {
            if (until >= _timerDue)
                return;
            _timerDue = until;
        }

        _timer?.Dispose();
        // Without a scheduler, which is the user's and may be gone, real time has to do: looked at again at once, and again, the channels
        // would keep the loop from reading the socket.
        if (!TryStartTimer(_scheduler, until, until - now))
            TryStartTimer(GuardedScheduling.Default, until, until - now);
    }

    bool TryStartTimer(IScheduler scheduler, TimeSpan until, TimeSpan delay) => scheduler.TrySchedule(
        (Owner: this, Until: until), delay, static (_, timer) => timer.Owner.OnTimer(timer.Until), out _timer) is null;

    void OnTimer(TimeSpan until)
    {
        lock (gate)
        {
            if (_timerDue != until) // another one has taken its place
                return;
            _timerDue = TimeSpan.MaxValue;
            if (!channels.ResumePostponed())
                return;
        }

        changed();
    }
}
