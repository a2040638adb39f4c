using Rx.PgNotify.Delivery;
using Rx.PgNotify.Listening;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Listening;

/// <summary>Channels that the server has refused, and which are wanted again before their backoff is over.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class RefusedChannelsTests
{
    readonly ManualScheduler _scheduler = new();
    readonly List<ListenedChannel> _listened = [];
    readonly DesiredChannels _desired;
    int _changes;

    public RefusedChannelsTests()
    {
        var budget = new BufferBudget(long.MaxValue);
        _desired = new DesiredChannels(typeof(PgListener), name => new ChannelHub(name, typeof(PgListener), 100, budget, new DeliveryCounts()),
            () => _changes++,
            new PgListenerOptions { Scheduler = _scheduler, ReconnectDelay = TimeSpan.FromSeconds(1) });
    }

    static IEnumerable<string> Names => Enumerable.Range(0, 100).Select(number => $"channel {number}");

    [Test]
    public void HoweverManyWait_AndHoweverOftenTheyAreSubscribedTo_OneTimerRuns_UntilEachIsListenedTo()
    {
        RefuseAll();
        for (var round = 0; round < 3; round++)
        {
            foreach (var name in Names)
            {
                _ = _desired.Acquire(name);
                Work();
                Assert.That(_scheduler.Delays.Count(), Is.EqualTo(1));
            }
        }

        var waited = TimeSpan.Zero;
        while (_listened.Count < 100)
        {
            var delay = _scheduler.Delays.Single();
            waited += delay;
            _scheduler.Elapsed += delay;
            _changes = 0;
            _scheduler.RunOne();
            Assert.That(_changes, Is.EqualTo(1), "the pump is woken once");
            Work();
        }

        Assert.That(_scheduler.Delays, Is.Empty);
        Assert.That(_listened.Select(channel => channel.Hub.Name), Is.EquivalentTo(Names));
        Assert.That(waited, Is.LessThanOrEqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public void OneThatIsWantedNoMore_WakesNobody()
    {
        RefuseAll();
        var channel = _desired.Acquire("channel 7");
        Work();
        channel.Release();
        _changes = 0;

        _scheduler.Elapsed += _scheduler.Delays.Single();
        _scheduler.RunOne();
        Assert.That(_changes, Is.Zero);
        Assert.That(_desired.Count, Is.Zero);
    }

    [Test]
    public void AClockThatIsSetBack_ProlongsNoBackoff_ByMoreThanTheLongestDelay()
    {
        _scheduler.Elapsed = TimeSpan.FromHours(2);
        RefuseAll();
        _scheduler.Elapsed -= TimeSpan.FromHours(1);
        _ = _desired.Acquire("channel 7");
        Work();
        var delay = _scheduler.Delays.Single();
        Assert.That(delay, Is.LessThanOrEqualTo(new PgListenerOptions().MaxReconnectDelay));

        _scheduler.Elapsed += delay;
        _scheduler.RunOne();
        Work();
        Assert.That(_listened, Has.Count.EqualTo(1));
    }

    void RefuseAll()
    {
        foreach (var name in Names)
            _ = _desired.Acquire(name);
        foreach (var channel in _desired.TakeChanges().Listen)
            _desired.Refused(channel, () => new PgListenerException(PgListenerError.ChannelRefused, "refused", null));
    }

    // What the pump does when it is woken.
    void Work()
    {
        var listen = _desired.TakeChanges().Listen;
        _desired.Listening(listen);
        _listened.AddRange(listen);
    }
}
