using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Receiving;

/// <summary>
/// One channel as a session receives it: puts together what the bridge has numbered, and reports what is missing. Nothing is handed on
/// before the bridge has said from which number on it can be heard.
/// </summary>
/// <remarks>
/// <c>_gate</c> guards all fields. It is held while the hub takes what was received, so that after <see cref="End"/> nothing more comes;
/// the hub's lock is a leaf below it. What is counted is reported without it: a log or a meter may be anybody's. Messages come on the
/// thread that reads the socket, one at a time.
/// </remarks>
sealed class SignalStream(ChannelHub hub, ReceivingSession session)
{
    readonly Lock _gate = new();
    State _state;

    // What the bridge calls this stream, and the number of the notification that is to come next. While asking, those of the latest
    // message.
    long _stream;
    long _next;
    long _heardAt = Stopwatch.GetTimestamp();

    // What was to come next when the bridge last answered. A bridge that is not even there at its next answer, some heartbeats later,
    // has not sent what seemed to come from it; all that it sends would be taken for old.
    long _nextAtLastAnswer;

    enum State
    {
        Asking, // the bridge has not answered; what comes is committed before the Resync that follows the answer
        Open,   // all from the number of the answer on is handed on, or reported as lost
        Ended,  // final
    }

    /// <summary>How long nothing has come, not even a beat.</summary>
    internal TimeSpan Silence => Stopwatch.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>Takes a message.</summary>
    internal void Receive(ReadOnlySpan<byte> message)
    {
        var reader = new WireReader(message);
        if (!NotificationsHeader.TryRead(ref reader, out var header))
        {
            session.ReceivedForeign(hub.Name);
            return;
        }

        if (!session.Hears(header.Term))
            return;
        var counted = default(Counted);
        lock (_gate)
        {
            Volatile.Write(ref _heardAt, Stopwatch.GetTimestamp());
            if (_state == State.Asking)
                (_stream, _next) = (header.Stream, header.Next);
            else if (_state == State.Open && header.Stream == _stream)
                Receive_NeedsLock(header, ref reader, ref counted);
            else if (_state == State.Open)
                session.BegunAnew(hub.Name);
        }

        Report(counted);
        session.ReceivedAfter(header.SentAt);
    }

    /// <summary>The bridge has answered: hands on what has this number or a larger one.</summary>
    internal void Open(ChannelAnswer answer)
    {
        lock (_gate)
        {
            if (_state != State.Asking)
                return;
            // What was seen meanwhile is committed, so whoever reads the truth at the Resync that follows sees it.
            _next = _stream == answer.Stream ? Math.Max(_next, answer.Next) : answer.Next;
            _stream = answer.Stream;
            _nextAtLastAnswer = _next;
            _state = State.Open;
            Volatile.Write(ref _heardAt, Stopwatch.GetTimestamp());
            hub.Acknowledge();
        }
    }

    /// <summary>The bridge was asked again, and says which number comes next: what has a smaller one and is not here yet is lost.</summary>
    /// <remarks>The answer comes over the same connection as the messages that were sent before it, and so after them.</remarks>
    internal void Verify(ChannelAnswer answer)
    {
        var counted = default(Counted);
        lock (_gate)
        {
            if (_state != State.Open)
                return;
            if (answer.Stream != _stream || answer.Next < _nextAtLastAnswer)
                session.BegunAnew(hub.Name);
            else if (TryLose_NeedsLock(answer.Next, ref counted))
                _nextAtLastAnswer = _next;
        }

        Report(counted);
    }

    /// <summary>From now on nothing is handed on.</summary>
    internal void End()
    {
        lock (_gate)
            _state = State.Ended;
    }

    void Report(Counted counted)
    {
        if (counted.Lost > 0)
            session.Lost(hub.Name, counted.Lost);
        if (counted.Received > 0)
            session.Received(counted.Received);
    }

    void Receive_NeedsLock(NotificationsHeader header, ref WireReader reader, ref Counted counted)
    {
        if (!TryLose_NeedsLock(header.First, ref counted) || header.Next <= _next)
            return; // a beat, or what NATS has sent twice
        var skipped = (int)(_next - header.First);
        var notifications = ArrayPool<Notification>.Shared.Rent(header.Count);
        var count = 0;
        for (var i = 0; i < header.Count && !reader.HasFailed; i++)
        {
            var notification = NotificationsWriter.ReadOne(ref reader, hub.Name);
            if (i >= skipped && !reader.HasFailed)
                notifications[count++] = notification;
        }

        hub.Append(notifications.AsSpan(0, count));
        counted.Received += count;
        _next += count;
        Array.Clear(notifications, 0, count);
        ArrayPool<Notification>.Shared.Return(notifications);
        TryLose_NeedsLock(header.Next, ref counted); // of a message that is cut short, the rest
    }

    // False if no bridge has skipped so many: whoever sent it is none, and a new session finds the right number.
    bool TryLose_NeedsLock(long next, ref Counted counted)
    {
        var lost = next - _next;
        if (lost > int.MaxValue)
        {
            session.BegunAnew(hub.Name);
            return false;
        }

        if (lost > 0)
        {
            _next = next;
            hub.Lost(lost);
            counted.Lost += lost;
        }

        return true;
    }

    /// <summary>What is to be reported of one message.</summary>
    [StructLayout(LayoutKind.Auto)]
    struct Counted
    {
        internal int Received;
        internal long Lost;
    }
}
