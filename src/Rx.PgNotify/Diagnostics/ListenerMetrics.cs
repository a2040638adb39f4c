using Rx.PgNotify.Delivery;
using Rx.PgNotify.Listening;

namespace Rx.PgNotify.Diagnostics;

/// <summary>What one listener tells of itself: it counts, and answers when somebody collects.</summary>
sealed class ListenerMetrics
{
    readonly ListenerInstruments _instruments;
    readonly ListenerSeries _series;
    readonly DesiredChannels _desired;
    readonly StateFeed _state;
    readonly BufferBudget _budget;

    // Of the present connection. A plain count, as it is one for each notification: the thread that reads the socket
    // writes it, and only when the connection has ended another one.
    long _received;

    internal ListenerMetrics(
        ListenerInstruments instruments, ListenerSeries series, DesiredChannels desired, StateFeed state, BufferBudget budget)
    {
        _instruments = instruments;
        _series = series;
        _desired = desired;
        _state = state;
        _budget = budget;
        series.Add(this);
    }

    internal long ReceivedNow => Volatile.Read(ref _received);

    internal ListenerState State => _state.Latest;

    internal int Channels => _desired.CountListened();

    internal int Subscribers => _desired.CountSubscribers();

    internal long QueueLength => _budget.BufferedNotifications;

    internal long QueueBytes => _budget.Used;

    internal void Received(int count) => Volatile.Write(ref _received, _received + count);

    internal void TellDeliveries() => _budget.TellCounts();

    /// <summary>Under the lock of the series.</summary>
    internal long TakeReceived()
    {
        var received = _received;
        Volatile.Write(ref _received, 0);
        return received;
    }

    internal void Reconnected() => _instruments.Reconnects.AddSafely(1, _series.Tags);

    internal void HeartbeatAnswered(TimeSpan roundTrip) => _instruments.Heartbeats.RecordSafely(roundTrip, _series.Tags);

    internal void ConnectionEnded() => _series.TakeOver(this);

    internal void Disposed()
    {
        TellDeliveries(); // slow observers may still be given more, which each channel tells when it is done
        _series.Remove(this);
    }
}
