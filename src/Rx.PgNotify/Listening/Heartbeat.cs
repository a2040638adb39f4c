using System.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// Signals when the line has been silent for a heartbeat. The server is then asked for a sign of life, by a command of our
/// own.
/// </summary>
/// <remarks>
/// Npgsql's keepalive would do the same, but inside a wait: a wait that is cancelled while it is out breaks the
/// connection, and whoever subscribed at that moment would cost everybody a Resync. It is longer, and comes into play
/// only if a cancel is lost.
/// </remarks>
sealed class Heartbeat : IDisposable
{
    readonly TimeSpan _interval;
    readonly Action _onSilence;
    readonly Timer _timer;

    // Written by the session's loop, read by the timer and by whoever asks for the loop's attention.
    long _lastSign = Stopwatch.GetTimestamp();

    // Whether the timer will fire. Set by the loop, reset by the timer before it ends the wait: if that comes too early,
    // the loop sees it when it begins to wait.
    bool _isArmed = true;

    /// <param name="interval">How long the silence may last.</param>
    /// <param name="onSilence">Ends the wait that is on, so that the loop looks at <see cref="IsDue"/>.</param>
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

    // Not to the tick: the timer fires a heartbeat after the last question, and its answer came a moment later. To fire
    // again for the moment would double what being idle costs.
    internal bool IsDue => Silence >= _interval - (_interval / 64);

    public void Dispose() => _timer.Dispose();

    /// <summary>Something has come from the server. Moves no timer: it looks for itself when it fires.</summary>
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
        // The thread may have been held up since the delay was found to be due later. Below zero it would throw, or mean for
        // ever.
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
