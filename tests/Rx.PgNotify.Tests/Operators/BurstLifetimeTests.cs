using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

[TestFixtureSource(typeof(BurstOperator), nameof(BurstOperator.All))]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BurstLifetimeTests : IDisposable
{
    readonly TestScheduler _time = new();
    readonly Subject<char> _source = new();
    readonly CountingScheduler _scheduler;
    readonly Recorder<string> _recorder;
    readonly IObservable<string> _bursts;
    readonly BurstOperator _op;

    public BurstLifetimeTests(BurstOperator op)
    {
        _op = op;
        _scheduler = new CountingScheduler(_time);
        _recorder = _time.CreateRecorder<string>();
        _bursts = op.Over(_source, 30, 80, _scheduler);
    }

    public void Dispose() => _source.Dispose();

    [Test]
    public void Timer_WhileNothingIsToBeEmitted_DoesNotRun()
    {
        using var subscription = _bursts.Subscribe(_recorder);
        Assert.That(_scheduler.Pending, Is.Zero, "before the first value");

        Send("a");
        Assert.That(_scheduler.Pending, Is.EqualTo(1), "with a burst open");

        _time.AdvanceTo(30);
        Assert.That(_recorder.ToString(), Is.EqualTo(_op.Expect("30:a")));
        Assert.That(_scheduler.Pending, Is.Zero, "after the burst");
    }

    [Test]
    public void Timer_ForABurstOfManyValues_IsArmedOnceASpellOnly()
    {
        using var subscription = _bursts.Subscribe(_recorder);

        for (var ms = 0; ms < 80; ms++)
        {
            Send("xyz");
            Assert.That(_scheduler.Pending, Is.EqualTo(1));
            _time.AdvanceBy(1);
        }

        Assert.That(_recorder.Messages, Has.Count.EqualTo(1));
        Assert.That(_scheduler.Scheduled, Is.InRange(1, 4));
    }

    [TestCase("|")]
    [TestCase("#")]
    [TestCase("disposal")]
    public void Timer_WhenTheBurstIsCutShort_IsCancelled(string end)
    {
        using var subscription = _bursts.Subscribe(_recorder);
        Send("a");

        if (end is "|")
            _source.OnCompleted();
        else if (end is "#")
            _source.OnError(new InvalidOperationException("failed"));
        else
            subscription.Dispose();

        Assert.That(_scheduler.Pending, Is.Zero);
    }

    [Test]
    public void Timer_ThatFiresLate_EmitsWithoutWaitingAgain()
    {
        using var subscription = _bursts.Subscribe(_recorder);
        Send("a");
        _time.Sleep(25);
        Send("b");
        _time.Sleep(100);
        _time.Start();

        Assert.That(_recorder.ToString(), Is.EqualTo(_op.Expect("125:ab")));
        Assert.That(_scheduler.Scheduled, Is.EqualTo(1));
    }

    [Test]
    public void Timer_ThatFiresThoughCancelled_DoesNothing()
    {
        var scheduler = new CountingScheduler(_time, cancels: false);
        var subscription = _op.Over(_source, 30, 80, scheduler).Subscribe(_recorder);
        Send("a");
        _time.AdvanceTo(25);
        Send("b");
        subscription.Dispose();
        _time.Start();

        Assert.That(_recorder.ToString(), Is.Empty);
        Assert.That(scheduler.Scheduled, Is.EqualTo(1), "not armed again");
    }

    [Test]
    public void Dispose_InABurst_EmitsNothingAndLeavesTheSource()
    {
        var subscription = _bursts.Subscribe(_recorder);
        Send("a");

        subscription.Dispose();
        subscription.Dispose();
        Send("b");
        _time.Start();

        Assert.That(_recorder.ToString(), Is.Empty);
        Assert.That(_source.HasObservers, Is.False);
    }

    [Test]
    public void Dispose_FromInsideOnNext_EndsIt()
    {
        var subscription = new SingleAssignmentDisposable();
        subscription.Disposable = _bursts.Subscribe(burst =>
        {
            _recorder.OnNext(burst);
            Send("b");
            subscription.Dispose();
            Send("c");
        });
        Send("a");
        _time.Start();

        Assert.That(_recorder.ToString(), Is.EqualTo("30:a"));
        Assert.That(_source.HasObservers, Is.False);
        Assert.That(_scheduler.Pending, Is.Zero);
    }

    [Test]
    public void Source_ThatIsPushedIntoFromInsideOnNext_GetsItsBurstLater()
    {
        using var subscription = _bursts.Do(burst =>
        {
            if (burst[^1] < 'c')
                Send(((char)(burst[^1] + 1)).ToString());
        }).Subscribe(_recorder);
        Send("a");
        _time.Start();

        Assert.That(_recorder.ToString(), Is.EqualTo("30:a 60:b 90:c"));
    }

    [Test]
    public void Source_ThatEndsFromInsideOnNext_IsFlushedAfterwards()
    {
        var inside = false;
        using var subscription = _bursts.Do(burst =>
        {
            Assert.That(inside, Is.False, "OnNext inside OnNext");
            inside = true;
            if (burst is "a")
            {
                Send("b");
                _source.OnCompleted();
            }

            inside = false;
        }).Subscribe(_recorder);
        Send("a");
        _time.Start();

        Assert.That(_recorder.ToString(), Is.EqualTo("30:a 30:b 30:|"));
    }

    [Test]
    public void Source_ThatRunsAndCompletesDuringSubscribe_IsOneBurst()
    {
        var result = _time.Record(_op.Over("abc".ToObservable(ImmediateScheduler.Instance), 30, 80, _scheduler));

        Assert.That(result.ToString(), Is.EqualTo(_op.Expect("0:abc 0:|")));
        Assert.That(_scheduler.Pending, Is.Zero);
    }

    [Test]
    public void Source_ThatThrowsInSubscribe_BecomesOnErrorAndLeavesNoTimer()
    {
        var result = _time.Record(_op.Over(new BrokenSource(), 30, 80, _scheduler));

        Assert.That(result.ToString(), Is.EqualTo("0:#failed"));
        Assert.That(_scheduler.Scheduled, Is.EqualTo(1));
        Assert.That(_time.Clock, Is.Zero, "the timer was cancelled");
    }

    [Test]
    public void Scheduler_ThatRunsTheTimerInsideSchedule_Works()
    {
        var result = _op.Over("ab".ToObservable(), 1, 1, ImmediateScheduler.Instance).ToList().Wait();

        Assert.That(result, Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public void Observer_ThatThrows_EndsItsSubscriptionAndThrowsToTheScheduler()
    {
        using var subscription = _bursts.Subscribe(_ => throw new InvalidOperationException("observer"));
        Send("a");

        Assert.That(_time.Start, Throws.InvalidOperationException.With.Message.EqualTo("observer"));
        Assert.That(_source.HasObservers, Is.False);
        Assert.That(_scheduler.Pending, Is.Zero);
    }

    void Send(string values)
    {
        foreach (var value in values)
            _source.OnNext(value);
    }

    // Not made with Observable.Create, which would turn the exception into OnError itself.
    sealed class BrokenSource : IObservable<char>
    {
        public IDisposable Subscribe(IObserver<char> observer)
        {
            observer.OnNext('a');
            throw new InvalidOperationException("failed");
        }
    }
}
