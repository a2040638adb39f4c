using System.Diagnostics;

namespace Rx.PgNotify.Listening;

/// <summary>
/// Tells when the line has been silent for a heartbeat. The server is then asked for a sign of life, by a command of our
/// own.
/// </summary>
/// <remarks>
/// Npgsql's keepalive would do the same, but inside a wait: a wait that is cancelled while it is out breaks the
/// connection, and whoever subscribed at that moment would cost everybody a Resync. It is set to twice as long, and
/// comes into play only if a cancel is lost.
/// </remarks>
sealed class Heartbeat : IDisposable
{
    readonly TimeSpan _interval;
    readonly Action _onSilence;
    readonly Timer _timer;

    // Written by the session's loop, read by the timer and by whoever asks for the loop's attention.
    long _lastSign = Stopwatch.GetTimestamp();

    /// <param name="interval">How long the silence may last.</param>
    /// <param name="onSilence">Ends the wait that is on, so that the loop looks at <see cref="IsDue"/>.</param>
    internal Heartbeat(TimeSpan interval, Action onSilence)
    {
        _interval = interval;
        _onSilence = onSilence;
        // Real time, whatever the scheduler of the options says: this is about the socket.
#pragma warning disable RS0030
        _timer = new Timer(static state => ((Heartbeat)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
#pragma warning restore RS0030
        Arm(interval);
    }

    internal TimeSpan Silence => Stopwatch.GetElapsedTime(Volatile.Read(ref _lastSign));

    internal bool IsDue => Silence >= _interval;

    public void Dispose() => _timer.Dispose();

    /// <summary>Something has come from the server. Moves no timer: it looks for itself when it fires.</summary>
    internal void SignOfLife() => Volatile.Write(ref _lastSign, Stopwatch.GetTimestamp());

    void OnTimer()
    {
        var remaining = _interval - Silence;
        if (remaining > TimeSpan.Zero)
        {
            Arm(remaining + TimeSpan.FromMilliseconds(1));
            return;
        }

        _onSilence();
        Arm(_interval / 4); // the loop may just have been about to wait
    }

    void Arm(TimeSpan delay)
    {
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
