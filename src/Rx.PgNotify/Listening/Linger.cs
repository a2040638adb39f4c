using System.Reactive.Concurrency;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// How long the server listens on to a channel that nobody wants any more, so that whoever subscribes again in the meantime costs no
/// round trip.
/// </summary>
/// <remarks>
/// <paramref name="gate"/>, the lock of <see cref="DesiredChannels"/>, guards the channels. It is not held while a timer is started: a
/// scheduler is foreign code.
/// </remarks>
/// <param name="gate">The lock of the desired channels.</param>
/// <param name="channels">The desired channels.</param>
/// <param name="changed">Is called, without the lock, when a linger is over.</param>
/// <param name="options">How long, and where timers run.</param>
/// <param name="clock">The listener's clock.</param>
sealed class Linger(Lock gate, ChannelSet channels, Action changed, PgListenerOptions options, IStopwatch clock)
{
    readonly TimeSpan _duration = options.Linger;
    readonly IScheduler _scheduler = options.Scheduler;

    internal bool IsZero => _duration == TimeSpan.Zero;

    /// <summary>The last subscriber of a channel has left.</summary>
    /// <returns>Whether the caller has to call <see cref="StartTimer(ListenedChannel)"/> when it has released the lock.</returns>
    internal bool Begin_NeedsLock(ListenedChannel channel, TimeSpan now)
    {
        channels.LetLinger(channel);
        channel.LingersUntil = now + _duration;
        if (channel.HasLingerTimer)
            return false;
        channel.HasLingerTimer = true;
        return true;
    }

    internal void StartTimer(ListenedChannel channel) => StartTimer(channel, _duration);

    void StartTimer(ListenedChannel channel, TimeSpan delay)
    {
        if (_scheduler.TrySchedule((Owner: this, Channel: channel), delay, static (_, timer) => timer.Owner.TimerFired(timer.Channel), out _) is null)
            return;
        // The user's scheduler is gone. A delay of zero beats a channel that is listened to for ever.
        lock (gate)
            channel.LingersUntil = TimeSpan.Zero;
        TimerFired(channel);
    }

    void TimerFired(ListenedChannel channel)
    {
        TimeSpan remaining;
        var now = clock.Elapsed;
        lock (gate)
        {
            channel.HasLingerTimer = false;
            if (channel.Demand != ChannelDemand.Lingering)
                return;
            remaining = channel.LingersUntil - now;
            if (remaining > TimeSpan.Zero)
                channel.HasLingerTimer = true; // somebody came and went in the meantime, and its linger counts
            else
                channels.Abandon(channel);
        }

        if (remaining > TimeSpan.Zero)
            StartTimer(channel, remaining);
        else
            changed();
    }
}
