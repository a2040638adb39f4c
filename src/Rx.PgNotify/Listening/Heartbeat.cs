using System.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// Signals when nothing has come from the server for a heartbeat. The loop then pings it, by a command of our own.
/// </summary>
/// <remarks>
/// Npgsql's keepalive would do the same, but inside a wait: a wait that is cancelled while the keepalive is on its way breaks the
/// connection, so that anybody who subscribes in that moment would cause a Resync for everybody. Its interval is set longer than
/// ours, so that it is sent only if the cancel of a wait was lost.
/// </remarks>
sealed class Heartbeat : IDisposable
{
    readonly TimeSpan _interval;
    readonly Action _onSilence;
    readonly Timer _timer;

    // Written by the session's loop, read by the timer and by those who interrupt the loop.
    long _lastSign = Stopwatch.GetTimestamp();

    // Whether the timer is running. Set by the loop, reset by the timer before it cancels the wait: if no wait has begun yet, the loop
    // sees it when it begins one.
    bool _isArmed = true;

    /// <param name="interval">How long the silence may last.</param>
    /// <param name="onSilence">Cancels the present wait, so that the loop looks at <see cref="IsDue"/>.</param>
    internal Heartbeat(TimeSpan interval, Action onSilence)
    {
        _interval = interval;
        _onSilence = onSilence;
        // Real time, whatever the scheduler of the options says: this is about the socket.
#pragma warning disable RS0030
        using (SuppressedFlow.Begin())
            _timer = new Timer(static state => ((Heartbeat)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
#pragma warning restore RS0030
        Arm(interval);
    }

    internal TimeSpan Silence => Stopwatch.GetElapsedTime(Volatile.Read(ref _lastSign));

    // A little before a whole heartbeat: the timer fires a heartbeat after the last ping, whose answer came a moment later. To wait for
    // the rest by a second timer would double what an idle connection costs.
    internal bool IsDue => Silence >= _interval - (_interval / 64);

    public void Dispose() => _timer.Dispose();

    /// <summary>Something has come from the server. The timer is not moved: it reads this when it fires.</summary>
    internal void SignOfLife() => Volatile.Write(ref _lastSign, Stopwatch.GetTimestamp());

    /// <summary>The loop has begun to wait.</summary>
    internal void Watch()
    {
        if (Volatile.Read(ref _isArmed))
            return;
        if (IsDue)
        {
            _onSilence();
            return;
        }

        Volatile.Write(ref _isArmed, true);
        Arm(_interval - Silence);
    }

    void OnTimer()
    {
        if (!IsDue)
        {
            Arm(_interval - Silence);
            return;
        }

        Volatile.Write(ref _isArmed, false);
        _onSilence();
    }

    void Arm(TimeSpan delay)
    {
        // Negative if this thread was held up after the caller had looked: the timer would throw, or take -1 ms for infinite.
        if (delay < TimeSpan.Zero)
            delay = TimeSpan.Zero;
        try
        {
            _timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The session ended while the timer fired.
        }
    }
}
