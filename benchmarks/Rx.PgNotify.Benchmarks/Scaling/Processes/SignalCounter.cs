using System.Diagnostics;

namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>Counts what it observes, and does nothing else. Read by another thread than the one that calls it.</summary>
sealed class SignalCounter : IObserver<ChannelSignal>
{
    // Written by one call at a time, never at once, and while nothing arrives.
    long _received;
    long _dropped;
    long _gaps;
    long _expected = long.MaxValue;
    long _completedAt;
    long[] _times = [];
    int _timed;

    public long Received => Volatile.Read(ref _received);

    /// <summary>Notifications that it was too slow for, or that were lost on the way, as far as they are counted.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>How often an unknown number was lost, as the connection was.</summary>
    public long Gaps => Volatile.Read(ref _gaps);

    /// <summary>When the last of those that were expected has arrived; 0 while some are to come.</summary>
    public long CompletedAt => Volatile.Read(ref _completedAt);

    /// <summary>When each of those that were to be timed has arrived; <see langword="null"/> while some are to come.</summary>
    public long[]? Times => Volatile.Read(ref _timed) == _times.Length ? _times : null;

    /// <summary>Notes when so many more have arrived or were dropped.</summary>
    public void Expect(long count)
    {
        _completedAt = 0;
        _expected = Received + Dropped + count;
    }

    /// <summary>Notes when each of the next ones arrives.</summary>
    public void Time(int count)
    {
        _times = new long[count];
        Volatile.Write(ref _timed, 0);
    }

    public void OnNext(ChannelSignal value)
    {
        if (value.IsNotification)
        {
            if (_timed < _times.Length)
            {
                _times[_timed] = Stopwatch.GetTimestamp();
                Volatile.Write(ref _timed, _timed + 1);
            }

            Volatile.Write(ref _received, _received + 1);
        }
        else
        {
            Volatile.Write(ref _dropped, _dropped + value.Dropped);
            if (value.Reasons.HasFlag(ResyncReasons.Reconnected))
                Volatile.Write(ref _gaps, _gaps + 1);
        }

        if (_received + _dropped >= _expected && _completedAt == 0)
            Volatile.Write(ref _completedAt, Stopwatch.GetTimestamp());
    }

    public void OnError(Exception error) => Console.Error.WriteLine($"receiver: {error.Message}");

    public void OnCompleted()
    {
    }
}
