using System.Globalization;

namespace Rx.PgNotify.TestFixtures;

/// <summary>An observer that checks all it is called with: the Rx grammar itself, the rest against the model.</summary>
/// <remarks>Of the plain notifications, which have no Resyncs among them, only the order can be checked.</remarks>
sealed class StressObserver(CommitLog log, string name, Temper temper, int seed, Findings findings, Func<bool> isCalm)
    : IObserver<ChannelSignal>, IObserver<Notification>
{
    /// <summary>What a throwing observer throws.</summary>
    public sealed class Tantrum : Exception;

    readonly Lock _gate = new();
    readonly SegmentModel _model = new(log);
    readonly Random _random = new(seed);
    IDisposable? _subscription;
    int _callsUnderWay;
    int _callsAfterDispose;
    volatile bool _isDisposed;
    volatile bool _isGone;
    volatile bool _hasCompleted;
    long _lastPlain;

    public string Name => name;

    public CommitLog Log => log;

    /// <summary>Whether it wants nothing more: it has thrown, has left, was disposed, or the sequence has ended.</summary>
    public bool IsGone => _isGone || _isDisposed || _hasCompleted;

    public bool HasCompleted => _hasCompleted;

    public long Reconnects => Ask(model => model.Reconnects);

    public long Overflows => Ask(model => model.Overflows);

    /// <summary>How many Resyncs it has got, but for the first one.</summary>
    public long Resyncs => Ask(model => model.Reconnects + model.Overflows);

    public long Last => Ask(model => model.Last);

    public bool HasBegun => Ask(model => model.HasBegun);

    public bool HasSettled(long number) => Ask(model => model.HasSettled(number));

    public void Subscribed(IDisposable subscription) => Volatile.Write(ref _subscription, subscription);

    /// <summary>Disposes the subscription, or notes that it has been disposed without ever being handed out.</summary>
    public void Dispose()
    {
        _subscription?.Dispose();
        _isDisposed = true;
    }

    public void OnNext(ChannelSignal value) => Call("OnNext", () =>
    {
        findings.Count(value.IsResync ? $"Resync({value.Reasons})" : "notifications");
        lock (_gate)
        {
            return value.IsResync
                ? _model.Resync(value.Reasons, value.Dropped)
                : _model.Notification(Number(value.Notification.Payload));
        }
    });

    public void OnNext(Notification value) => Call("OnNext", () =>
    {
        findings.Count("plain notifications");
        var (last, number) = (_lastPlain, Number(value.Payload));
        _lastPlain = number;
        return number > last && number <= log.Started ? null : $"plain {number} came after {last}, {log.Started} sent";
    });

    public void OnError(Exception error)
    {
        Call("OnError", () => $"OnError: {error}");
        _isGone = true;
    }

    public void OnCompleted()
    {
        Call("OnCompleted", () => null);
        _hasCompleted = true;
    }

    /// <summary>The number that a payload begins with.</summary>
    public static long Number(string payload)
    {
        var end = payload.IndexOf(':', StringComparison.Ordinal);
        return long.Parse(end < 0 ? payload : payload.AsSpan(0, end), CultureInfo.InvariantCulture);
    }

    T Ask<T>(Func<SegmentModel, T> question)
    {
        lock (_gate)
            return question(_model);
    }

    void Call(string call, Func<string?> check)
    {
        if (Interlocked.Increment(ref _callsUnderWay) != 1)
            Violate($"{call} overlaps another call");
        if (_isGone || _hasCompleted)
            Violate($"{call} after the end");
        if (_isDisposed && Interlocked.Increment(ref _callsAfterDispose) > 1)
            Violate($"{call} is a second call after Dispose has returned");
        if (check() is { } violation)
            Violate($"{call}: {violation}");
        try
        {
            Behave();
        }
        finally
        {
            Interlocked.Decrement(ref _callsUnderWay);
        }
    }

    void Violate(string what) => findings.Violate($"{name} ({temper}) on {log.Channel}: {what}");

    void Behave()
    {
        switch (temper)
        {
            case Temper.Slow when !isCalm():
                Thread.Sleep(_random.Next(100) == 0 ? _random.Next(400) : _random.Next(3));
                break;
            case Temper.Throwing when _random.Next(50) == 0:
                _isGone = true;
                findings.Count("throws");
                throw new Tantrum();
            case Temper.LeavesByItself when _random.Next(50) == 0 && Volatile.Read(ref _subscription) is { } subscription:
                subscription.Dispose();
                _isGone = true;
                break;
            default:
                break;
        }
    }
}
