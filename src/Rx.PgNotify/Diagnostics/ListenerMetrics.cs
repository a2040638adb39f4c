namespace Rx.PgNotify.Diagnostics;

/// <summary>What one listener reports of itself: it counts, and answers when somebody collects.</summary>
sealed class ListenerMetrics
{
    readonly ListenerInstruments _instruments;
    readonly ListenerSeries _series;
    readonly ListenerReadings _readings;

    // Of the present connection. A plain count, since there is an addition for each notification: it is written by the thread
    // that reads the socket, and only after the connection is closed by another one.
    long _received;

    internal ListenerMetrics(ListenerInstruments instruments, ListenerSeries series, ListenerReadings readings)
    {
        _instruments = instruments;
        _series = series;
        _readings = readings;
        series.Add(this);
    }

    internal long ReceivedNow => Volatile.Read(ref _received);

    internal ListenerState State => _readings.State();

    internal int Channels => _readings.Channels();

    internal int Subscribers => _readings.Subscribers();

    internal long QueueLength => _readings.QueueLength();

    internal long QueueBytes => _readings.QueueBytes();

    internal void Received(int count) => Volatile.Write(ref _received, _received + count);

    internal void CountDeliveries() => _readings.CountDeliveries();

    /// <summary>Takes what was received since the last call. The lock is that of the series.</summary>
    internal long TakeReceived_NeedsLock()
    {
        var received = _received;
        Volatile.Write(ref _received, 0);
        return received;
    }

    internal void Reconnected() => _instruments.Reconnects.AddSafely(1, _series.Tags);

    internal void HeartbeatAnswered(TimeSpan roundTrip) => _instruments.Heartbeats.RecordSafely(roundTrip, _series.Tags);

    internal void ConnectionClosed() => _series.TakeOver(this);

    internal void Disposed()
    {
        CountDeliveries(); // slow observers may still be given more, which each channel counts when it is done
        _series.Remove(this);
    }
}
