using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.Tests.Binding;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Runs take 30 ms, a character stands for 10 ms.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase), WithoutContext]
public sealed class SelectConflatedTests : IDisposable
{
    static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    readonly TestScheduler _time = new();
    readonly Subject<string> _source = new();
    readonly Recorder<string> _recorder;
    readonly VirtualRun _run;

    public SelectConflatedTests()
    {
        _recorder = _time.CreateRecorder<string>();
        _run = new VirtualRun(_time, 30);
    }

    public void Dispose() => _source.Dispose();

    [TestCase("a", "0:a", "30:a", TestName = "one value, one run")]
    [TestCase("ab", "0:a 30:b", "30:a 60:b", TestName = "a value during a run gets the next one")]
    [TestCase("abc", "0:a 30:c", "30:a 60:c", TestName = "of several the latest does")]
    [TestCase("ab--c", "0:a 30:b 60:c", "30:a 60:b 90:c", TestName = "a value during the trailing run causes one more")]
    [TestCase("ab--cd-e", "0:a 30:b 60:d 90:e", "30:a 60:b 90:d 120:e", TestName = "until the slot is empty")]
    [TestCase("a-----b", "0:a 60:b", "30:a 90:b", TestName = "a value after a run begins anew")]
    [TestCase("a---|", "0:a", "30:a 40:|", TestName = "completion after the run")]
    [TestCase("a|", "0:a", "30:a 30:|", TestName = "completion waits for the run")]
    [TestCase("abc|", "0:a 30:c", "30:a 60:c 60:|", TestName = "and for the value that came during it")]
    [TestCase("|", "", "0:|", TestName = "nothing to run")]
    [TestCase("#", "", "0:#failed", TestName = "an error without a run")]
    [TestCase("ab#", "0:a", "20:#failed", TestName = "an error drops the run and the value")]
    public void SelectConflated_RunsOneAtATime(string marbles, string starts, string expected)
    {
        var result = _time.Record(_time.CreateHot(marbles).Select(c => c.ToString()).SelectConflated(_run.Start));

        Assert.That(_run.Starts, Is.EqualTo(starts));
        Assert.That(result.ToString(), Is.EqualTo(expected));
        Assert.That(_run.WereTwoAtOnce, Is.False);
    }

    [Test]
    public void Dispose_DuringARun_CancelsItAndNothingFollows()
    {
        var subscription = _source.SelectConflated(_run.Start).Subscribe(_recorder);
        _source.OnNext("a");
        _source.OnNext("b");
        Assert.That(_run.Token.IsCancellationRequested, Is.False);

        subscription.Dispose();

        Assert.That(_run.Token.IsCancellationRequested, Is.True);
        Assert.That(_source.HasObservers, Is.False);
        _time.Start();
        Assert.That(_recorder.Messages, Is.Empty);
        Assert.That(_run.Starts, Is.EqualTo("0:a"));
    }

    [Test]
    public void AnErrorOfTheSource_CancelsTheRun()
    {
        using var subscription = _source.SelectConflated(_run.Start).Subscribe(_recorder);
        _source.OnNext("a");
        _source.OnError(new InvalidOperationException("failed"));

        Assert.That(_run.Token.IsCancellationRequested, Is.True);
        Assert.That(_recorder.ToString(), Is.EqualTo("0:#failed"));
    }

    [Test]
    public void Dispose_WhenACancelledRunBlocks_DoesNotWait()
    {
        using var unblock = new ManualResetEventSlim();
        using var blocked = new ManualResetEventSlim();
        using var ended = new ManualResetEventSlim();
        var subscription = _source.SelectConflated((value, token) =>
        {
            token.Register(() =>
            {
                blocked.Set();
                unblock.Wait(s_deadline);
                ended.Set();
            });
            return _run.Start(value, token);
        }).Subscribe(_recorder);
        _source.OnNext("a");

        subscription.Dispose();

        Assert.That(ended.IsSet, Is.False, "the cancelled run blocks still");
        Assert.That(_source.HasObservers, Is.False);
        Assert.That(blocked.Wait(s_deadline), Is.True, "the run was cancelled");
        unblock.Set();
        Assert.That(ended.Wait(s_deadline), Is.True);
    }

    [Test]
    public void Cancelling_ThatThrows_HarmsNobody([Values] bool disposed)
    {
        var subscription = _source.SelectConflated((value, token) =>
        {
            token.Register(() => throw new InvalidOperationException("a callback's"));
            return _run.Start(value, token);
        }).Subscribe(_recorder);
        _source.OnNext("a");

        if (disposed)
            subscription.Dispose();
        else
            _run.Fail(new InvalidOperationException("failed"));

        Assert.That(_source.HasObservers, Is.False);
        Assert.That(_recorder.ToString(), Is.EqualTo(disposed ? "" : "0:#failed"));
    }

    [Test]
    public void EachRun_HasTheContextOfWhoeverSubscribesAndSends_NotThatOfTheRunBefore()
    {
        var local = new AsyncLocal<string>();
        var seen = new List<string?>();
        var first = new TaskCompletionSource<string>();
        using var subscription = _source.SelectConflated((value, _) =>
        {
            seen.Add(local.Value);
            return value == "a" ? first.Task : Task.FromResult(value);
        }).Subscribe(_recorder);
        local.Value = "the sender's";
        _source.OnNext("a");
        _source.OnNext("b");

        var ending = new Thread(() =>
        {
            local.Value = "another's";
            first.SetResult("a");
        });
        ending.Start();
        ending.Join();

        Assert.That(seen, Is.EqualTo(new[] { "the sender's", "the sender's" }));
    }

    static object? Nothing => null;

    public static IEnumerable<TestCaseData<Func<Task<string>>, string>> Failures =>
    [
        new TestCaseData<Func<Task<string>>, string>(() => throw new InvalidOperationException("at once"), "at once").SetName("throws at once"),
        new TestCaseData<Func<Task<string>>, string>(
            () => Task.FromException<string>(new InvalidOperationException("in the task")), "in the task").SetName("fails"),
        new TestCaseData<Func<Task<string>>, string>(
            () => Task.FromCanceled<string>(new CancellationToken(true)), "A task was canceled.").SetName("is cancelled"),
        new TestCaseData<Func<Task<string>>, string>(() => (Task<string>)Nothing!, "The function returned no task.").SetName("returns no task"),
    ];

    [TestCaseSource(nameof(Failures))]
    public void ARunThat(Func<Task<string>> run, string message)
    {
        using var subscription = _source.SelectConflated((_, _) => run()).Subscribe(_recorder);
        _source.OnNext("a");

        Assert.That(_recorder.ToString(), Is.EqualTo($"0:#{message}"));
        Assert.That(_source.HasObservers, Is.False, "the source is left");
    }

    [Test]
    public void ARunThatFailsLater_EndsAll()
    {
        var run = new VirtualRun(_time, 0);
        using var subscription = _source.SelectConflated(run.Start).Subscribe(_recorder);
        _source.OnNext("a");
        _source.OnNext("b");
        run.Fail(new InvalidOperationException("failed"));

        Assert.That(_recorder.ToString(), Is.EqualTo("0:#failed"));
        Assert.That(run.Starts, Is.EqualTo("0:a"));
    }

    [Test]
    public void AnObserverThatPushesIntoTheSource_GetsTheNextRunAfterItsCall()
    {
        var (inside, runs) = (false, 0);
        using var subscription = _source.SelectConflated((value, _) => Task.FromResult(value)).Subscribe(value =>
        {
            Assert.That(inside, Is.False, "no nested call");
            inside = true;
            _recorder.OnNext(value);
            if (runs++ < 40_000)
                _source.OnNext(value); // a stack that grew with each run would not last
            inside = false;
        });
        _source.OnNext("a");

        Assert.That(_recorder.Messages, Has.Count.EqualTo(40_001));
    }

    [Test]
    public void AnErrorDuringOnNext_FollowsIt()
    {
        var calls = new List<string>();
        using var subscription = _source.SelectConflated((value, _) => Task.FromResult(value)).Subscribe(
            _ =>
            {
                _source.OnError(new InvalidOperationException());
                calls.Add("OnNext");
            },
            _ => calls.Add("OnError"));
        _source.OnNext("a");

        Assert.That(calls, Is.EqualTo(new[] { "OnNext", "OnError" }));
    }

    [Test]
    public void AnObserverThatThrows_LosesItsSubscription()
    {
        using var subscription = _source.SelectConflated((value, _) => Task.FromResult(value))
            .Subscribe(_ => throw new InvalidOperationException("observer"));

        Assert.That(() => _source.OnNext("a"), Throws.InvalidOperationException.With.Message.EqualTo("observer"));
        Assert.That(_source.HasObservers, Is.False);
    }

    [Test]
    public void AnObserverThatDisposesInOnNext_GetsNothingMore()
    {
        IDisposable? subscription = null;
        subscription = _source.SelectConflated(_run.Start).Subscribe(value =>
        {
            _recorder.OnNext(value);
            subscription!.Dispose();
        });
        _source.OnNext("a");
        _source.OnNext("b");
        _time.Start();

        Assert.That(_recorder.ToString(), Is.EqualTo("30:a"));
        Assert.That(_run.Starts, Is.EqualTo("0:a"));
    }

    [Test]
    public void OverSignals_EveryResyncGetsARun_UnitedByChannel_AndThenTheLatestNotification()
    {
        using var signals = new Subject<ChannelSignal>();
        using var subscription = signals.SelectConflated((signal, token) => _run.Start(
                signal.IsResync ? $"{signal.Channel}({signal.Reasons},{signal.Dropped})" : signal.Notification.Payload, token))
            .Subscribe(_recorder);
        signals.OnNext(ChannelSignal.Resync("a", ResyncReasons.Subscribed));
        signals.OnNext(ChannelSignal.Resync("a", ResyncReasons.Overflow, 3));
        signals.OnNext(ChannelSignal.Resync("b", ResyncReasons.Reconnected));
        signals.OnNext(ChannelSignal.Resync("a", ResyncReasons.Reconnected));
        signals.OnNext(ChannelSignal.From(new Notification("a", "1", 0)));
        signals.OnNext(ChannelSignal.From(new Notification("a", "2", 0)));
        _time.Start();

        Assert.That(_run.Starts, Is.EqualTo("0:a(Subscribed,0) 30:a(Reconnected, Overflow,3) 60:b(Reconnected,0) 90:2"));
    }

    [Test]
    public void MissingArguments_AreRefused()
    {
        Assert.That(
            () => PgObservable.SelectConflated<int, int>(null!, (_, _) => Task.FromResult(0)),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));
        Assert.That(
            () => Observable.Never<int>().SelectConflated((Func<int, CancellationToken, Task<int>>)null!),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("selector"));
    }
}
