using System.Reactive.Concurrency;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// How long the server listens on to a channel that nobody wants any more, so that whoever subscribes again in the meantime costs no
/// round trip.
/// </summary>
/// <remarks>
/// <para>
/// <paramref name="gate"/>, the lock of <see cref="DesiredChannels"/>, guards the channels. It is not held while a timer is started: a
/// scheduler is foreign code.
/// </para>
/// <para>
/// A channel has at most one timer, which is not moved when subscribers come and go. One that fires for the linger that it was started
/// for ends it, without a look at the clock: a clock that was set back, or does not move, neither prolongs a linger nor has the timer
/// started again and again.
/// </para>
/// </remarks>
/// <param name="gate">The lock of the desired channels.</param>
/// <param name="channels">The desired channels.</param>
/// <param name="changed">Is called, without the lock, when a linger is over.</param>
/// <param name="options">How long, and where timers run.</param>
/// <param name="clock">The listener's clock.</param>
sealed class Linger(Lock gate, ChannelSet channels, Action changed, ListenerOptions options, IStopwatch clock)
{
    readonly TimeSpan _duration = options.Linger;
    readonly IScheduler _scheduler = options.Scheduler;

    internal bool IsZero => _duration == TimeSpan.Zero;

    /// <summary>The last subscriber of a channel has left.</summary>
    /// <returns>Whether the caller has to call <see cref="StartTimer(ListenedChannel, TimeSpan)"/> when it has released the lock.</returns>
    internal bool Begin_NeedsLock(ListenedChannel channel, TimeSpan now)
    {
        channels.LetLinger(channel);
        channel.LingersUntil = now + _duration;
        if (channel.HasLingerTimer)
            return false;
        channel.HasLingerTimer = true;
        return true;
    }

    /// <summary>Starts the timer for a linger.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="now">When the linger began: what <see cref="Begin_NeedsLock"/> was given.</param>
    internal void StartTimer(ListenedChannel channel, TimeSpan now) => StartTimer(channel, now + _duration, _duration);

    void StartTimer(ListenedChannel channel, TimeSpan until, TimeSpan delay)
    {
        var failure = _scheduler.TrySchedule(
            (Owner: this, Channel: channel, Until: until),
            delay,
            static (_, timer) => timer.Owner.OnTimer(timer.Channel, timer.Until),
            out _);
        if (failure is null)
            return;
        // The user's scheduler is gone. No linger is better than a channel that is listened to for ever.
        lock (gate)
        {
            channel.HasLingerTimer = false;
            if (channel.Demand != ChannelDemand.Lingering)
                return;
            channels.Abandon(channel);
        }

        changed();
    }

    void OnTimer(ListenedChannel channel, TimeSpan until)
    {
        var now = clock.Elapsed;
        var remaining = TimeSpan.Zero;
        lock (gate)
        {
            channel.HasLingerTimer = false;
            if (channel.Demand != ChannelDemand.Lingering)
                return;
            // Otherwise somebody has come and gone since the timer was started, and it is the later linger that counts.
            if (channel.LingersUntil != until)
                remaining = channel.LingersUntil - now;
            if (remaining > TimeSpan.Zero)
                channel.HasLingerTimer = true;
            else
                channels.Abandon(channel);
            until = channel.LingersUntil;
        }

        if (remaining > TimeSpan.Zero)
            StartTimer(channel, until, remaining < _duration ? remaining : _duration);
        else
            changed();
    }
}
