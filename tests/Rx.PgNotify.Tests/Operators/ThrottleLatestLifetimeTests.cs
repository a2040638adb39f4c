using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

[TestFixture(true), TestFixture(false)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ThrottleLatestLifetimeTests : IDisposable
{
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(30);

    readonly TestScheduler _time = new();
    readonly Subject<char> _source = new();
    readonly CountingScheduler _scheduler;
    readonly Recorder<char> _recorder;
    readonly IObservable<char> _throttled;
    readonly bool _leading;

    public ThrottleLatestLifetimeTests(bool leading)
    {
        _leading = leading;
        _scheduler = new CountingScheduler(_time);
        _recorder = _time.CreateRecorder<char>();
        _throttled = _source.ThrottleLatest(s_interval, leading, _scheduler);
    }

    public void Dispose() => _source.Dispose();

    [Test]
    public void Timer_WhileNothingWaits_DoesNotRun()
    {
        using var subscription = _throttled.Subscribe(_recorder);
        Assert.That(_scheduler.Pending, Is.Zero, "before the first value");

        Send("a");
        Assert.That(_scheduler.Pending, Is.EqualTo(_leading ? 0 : 1), "after the first value");
        Send("b");
        Assert.That(_scheduler.Pending, Is.EqualTo(1), "while b waits");

        _time.AdvanceTo(30);
        Assert.That(_recorder.Messages[^1].ToString(), Is.EqualTo("30:b"));
        Assert.That(_scheduler.Pending, Is.Zero, "in the interval after b");
    }

    [Test]
    public void Timer_ForManyValues_IsArmedOnceAnInterval()
    {
        using var subscription = _throttled.Subscribe(_recorder);

        for (var ms = 0; ms < 300; ms++)
        {
            Send("xyz");
            _time.AdvanceBy(1);
        }

        Assert.That(_recorder.Messages, Has.Count.EqualTo(_leading ? 11 : 10));
        Assert.That(_scheduler.Scheduled, Is.InRange(10, 11));
    }

    [TestCase("|")]
    [TestCase("#")]
    [TestCase("disposal")]
    public void Timer_WhenTheIntervalIsCutShort_IsCancelled(string end)
    {
        using var subscription = _throttled.Subscribe(_recorder);
        Send("ab");

        if (end is "|")
            _source.OnCompleted();
        else if (end is "#")
            _source.OnError(new InvalidOperationException("failed"));
        else
            subscription.Dispose();

        Assert.That(_scheduler.Pending, Is.Zero);
    }

    [Test]
    public void Timer_ThatFiresThoughCancelled_DoesNothing()
    {
        var scheduler = new CountingScheduler(_time, cancels: false);
        var subscription = _source.ThrottleLatest(s_interval, _leading, scheduler).Subscribe(_recorder);
        Send("ab");
        subscription.Dispose();
        _time.Start();

        Assert.That(_recorder.ToString(), Is.EqualTo(_leading ? "0:a" : ""));
        Assert.That(scheduler.Scheduled, Is.EqualTo(1), "not armed again");
    }

    [Test]
    public void Dispose_WhileAValueWaits_EmitsNothingAndLeavesTheSource()
    {
        var subscription = _throttled.Subscribe(_recorder);
        Send("ab");

        subscription.Dispose();
        subscription.Dispose();
        Send("c");
        _time.Start();

        Assert.That(_recorder.ToString(), Is.EqualTo(_leading ? "0:a" : ""));
        Assert.That(_source.HasObservers, Is.False);
    }

    [Test]
    public void Dispose_FromInsideOnNext_EndsIt()
    {
        var subscription = new SingleAssignmentDisposable();
        subscription.Disposable = _throttled.Subscribe(value =>
        {
            _recorder.OnNext(value);
            Send("b");
            subscription.Dispose();
            Send("c");
        });
        Send("a");
        _time.Start();

        Assert.That(_recorder.ToString(), Is.EqualTo(_leading ? "0:a" : "30:a"));
        Assert.That(_source.HasObservers, Is.False);
        Assert.That(_scheduler.Pending, Is.Zero);
    }

    [Test]
    public void Source_ThatIsPushedIntoFromInsideOnNext_GetsItsValuesThroughLater()
    {
        var inside = false;
        using var subscription = _throttled.Do(value =>
        {
            Assert.That(inside, Is.False, "OnNext inside OnNext");
            inside = true;
            if (value < 'c')
                Send(((char)(value + 1)).ToString());
            inside = false;
        }).Subscribe(_recorder);
        Send("a");
        _time.Start();

        Assert.That(_recorder.ToString(), Is.EqualTo(_leading ? "0:a 30:b 60:c" : "30:a 60:b 90:c"));
    }

    [Test]
    public void Source_ThatEndsFromInsideOnNext_IsFlushedAfterwards()
    {
        var inside = false;
        using var subscription = _throttled.Do(value =>
        {
            Assert.That(inside, Is.False, "OnNext inside OnNext");
            inside = true;
            if (value is 'a')
            {
                Send("b");
                _source.OnCompleted();
            }

            inside = false;
        }).Subscribe(_recorder);
        Send("a");
        _time.Start();

        Assert.That(_recorder.ToString(), Is.EqualTo(_leading ? "0:a 0:b 0:|" : "30:a 30:b 30:|"));
    }

    [Test]
    public void Source_ThatFailsFromInsideOnNext_IsFollowedByTheErrorAlone()
    {
        using var subscription = _throttled.Do(_ =>
        {
            Send("b");
            _source.OnError(new InvalidOperationException("failed"));
        }).Subscribe(_recorder);
        Send("a");
        _time.Start();

        Assert.That(_recorder.ToString(), Is.EqualTo(_leading ? "0:a 0:#failed" : "30:a 30:#failed"));
    }

    [Test]
    public void Observer_ThatTakesLongerThanTheInterval_GetsTheLatestAsSoonAsItReturns()
    {
        using var subscription = _throttled.Do(value =>
        {
            if (value is not 'a')
                return;
            Send("b");
            _time.Sleep(45);
            Send("c");
        }).Subscribe(_recorder);
        Send("a");
        _time.Start();
        Send("d");
        _time.Start();

        // The timer fires only when the observer, which here keeps virtual time's one thread busy, has returned.
        Assert.That(
            _recorder.ToString(),
            Is.EqualTo(_leading ? "45:a 45:c 75:d" : "75:a 75:c 105:d"));
    }

    [Test]
    public void Source_ThatRunsAndCompletesDuringSubscribe_IsFlushed()
    {
        var result = _time.Record(
            "abc".ToObservable(ImmediateScheduler.Instance).ThrottleLatest(s_interval, _leading, _scheduler));

        Assert.That(result.ToString(), Is.EqualTo(_leading ? "0:a 0:c 0:|" : "0:c 0:|"));
        Assert.That(_scheduler.Pending, Is.Zero);
    }

    [Test]
    public void Scheduler_ThatRunsTheTimerInsideSchedule_Works()
    {
        var result = "abc".ToObservable()
            .ThrottleLatest(TimeSpan.FromMilliseconds(1), _leading, ImmediateScheduler.Instance).ToList().Wait();

        Assert.That(result, Is.EqualTo(new[] { 'a', 'b', 'c' }));
    }

    [Test]
    public void Observer_ThatThrows_EndsItsSubscriptionAndThrowsToTheCaller()
    {
        using var subscription = _throttled.Subscribe(_ => throw new InvalidOperationException("observer"));

        Assert.That(
            () =>
            {
                Send("a");
                _time.Start();
            },
            Throws.InvalidOperationException.With.Message.EqualTo("observer"));
        Assert.That(_source.HasObservers, Is.False);
        Assert.That(_scheduler.Pending, Is.Zero);
    }

    void Send(string values)
    {
        foreach (var value in values)
            _source.OnNext(value);
    }
}
