using System.Reactive.Concurrency;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.Listening;

namespace Rx.PgNotify.Tests.Listening;

/// <summary>Desired channels with a server that is a set of names, and a pump that works when it was woken, in virtual time.</summary>
sealed class TestPump
{
    public static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(100);

    readonly HistoricalScheduler _scheduler = new();
    readonly Dictionary<string, List<ListenedChannel>> _subscribers = new(StringComparer.Ordinal);
    readonly HashSet<string> _listened = new(StringComparer.Ordinal);
    readonly DesiredChannels _desired;
    ChannelChanges? _inFlight;
    bool _isWoken;

    public TestPump()
    {
        var budget = new BufferBudget(long.MaxValue);
        var options = new PgListenerOptions { Linger = Linger, Scheduler = _scheduler };
        _desired = new DesiredChannels(typeof(PgListener), name => new ChannelHub(name, typeof(PgListener), 100, budget, new DeliveryCounts()), () => _isWoken = true, options);
    }

    public bool IsConnected { get; private set; }

    /// <summary>How many channels the desired state has, wanted or not.</summary>
    public int Count => _desired.Count;

    public TimeSpan Now => _scheduler.Now.TimeOfDay;

    public IEnumerable<string> Listened => _listened.Order(StringComparer.Ordinal);

    public IEnumerable<string> Wanted => _subscribers.Keys.Order(StringComparer.Ordinal);

    public void Subscribe(string name)
    {
        if (!_subscribers.TryGetValue(name, out var all))
            _subscribers[name] = all = [];
        all.Add(_desired.Acquire(name));
    }

    public void Leave(string name)
    {
        if (!_subscribers.TryGetValue(name, out var all))
            return;
        all[^1].Release();
        all.RemoveAt(all.Count - 1);
        if (all.Count == 0)
            _subscribers.Remove(name);
    }

    public void Advance(TimeSpan time) => _scheduler.AdvanceBy(time);

    /// <summary>Does what the pump does next, if it was woken for it: send what is to be sent, or take the answer.</summary>
    /// <returns>Whether there was something to do.</returns>
    public bool Work()
    {
        if (_inFlight is not null)
        {
            Answer(_inFlight);
            return true;
        }

        if (IsConnected ? !_isWoken : !_desired.AnyWanted)
            return false;
        IsConnected = true;
        _isWoken = false;
        if (_desired.TryGiveUpConnection())
            Disconnect();
        else if (_desired.TakeChanges() is { Count: > 0 } changes)
            _inFlight = changes;
        return true;
    }

    public void WorkUntilDone()
    {
        while (Work())
        {
        }
    }

    public void Disconnect()
    {
        IsConnected = false;
        _inFlight = null;
        _listened.Clear();
        _desired.Disconnected();
    }

    /// <summary>Refuses what is in flight, if that is one LISTEN: its subscriptions end.</summary>
    public void Refuse()
    {
        if (_inFlight is not { Listen: [var refused], Unlisten.Count: 0 })
            return;
        _inFlight = null;
        _isWoken = true;
        _desired.Refused(refused, () => new PgListenerException(PgListenerError.ChannelRefused, "refused", null));
        if (_subscribers.Remove(refused.Hub.Name, out var ended))
            ended.ForEach(subscription => subscription.Release());
    }

    void Answer(ChannelChanges changes)
    {
        _inFlight = null;
        foreach (var channel in changes.Unlisten)
            Assert.That(_listened.Remove(channel.Hub.Name), $"UNLISTEN {channel.Hub.Name} without a LISTEN");
        foreach (var channel in changes.Listen)
            Assert.That(_listened.Add(channel.Hub.Name), $"LISTEN {channel.Hub.Name} twice");
        _desired.Unlistened(changes.Unlisten);
        _desired.Listening(changes.Listen);
        _isWoken = true; // it looks again at once
        Assert.That(_desired.CountListened(), Is.EqualTo(_listened.Count));
        Assert.That(_desired.CountSubscribers(), Is.EqualTo(_subscribers.Values.Sum(all => all.Count)));
    }
}
