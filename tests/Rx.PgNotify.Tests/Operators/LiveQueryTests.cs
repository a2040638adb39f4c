using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Quiet 30 ms, maxWait 80 ms, queries take 20 ms.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LiveQueryTests : IDisposable
{
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(30);
    static readonly TimeSpan s_maxWait = TimeSpan.FromMilliseconds(80);
    static readonly ChannelSignal s_change = ChannelSignal.From(new Notification("a", "", 0));

    readonly TestScheduler _time = new();
    readonly Subject<ChannelSignal> _signals = new();
    readonly CountingScheduler _scheduler;
    readonly Recorder<string> _recorder;
    int _seen;

    public LiveQueryTests()
    {
        _scheduler = new CountingScheduler(_time);
        _recorder = _time.CreateRecorder<string>();
    }

    public void Dispose() => _signals.Dispose();

    [TestCase("r", "20:1", TestName = "the first signal starts a query at once")]
    [TestCase("r---a", "20:1 90:2", TestName = "a later one after the quiet spell")]
    [TestCase("r---ab-c", "20:1 120:4", TestName = "a burst of them, one query")]
    [TestCase("r---abcdefghijkl", "20:1 140:10 200:13", TestName = "a burst without a pause, at the limit")]
    [TestCase("ra", "20:1 70:2", TestName = "what comes during a query, after it and a quiet spell")]
    [TestCase("r|", "20:1 20:|", TestName = "completion waits for the query")]
    [TestCase("ra|", "20:1 40:2 40:|", TestName = "and runs the one that is due, at once")]
    [TestCase("r---a|", "20:1 70:2 70:|", TestName = "also when it waits for the quiet spell")]
    [TestCase("r---|", "20:1 40:|", TestName = "completion with nothing due")]
    [TestCase("r#", "10:#failed", TestName = "an error drops the query")]
    [TestCase("r---a#", "20:1 50:#failed", TestName = "and the one that is due")]
    public void LiveQuery_OfATimeline(string marbles, string expected)
    {
        var signals = _time.CreateHot(marbles).Do(_ => _seen++).Select(_ => s_change);

        var result = _time.Record(signals.LiveQuery(CountAsync(new VirtualRun(_time, 20)), Timing()));

        Assert.That(result.ToString(), Is.EqualTo(expected));
        Assert.That(_scheduler.Pending, Is.Zero, "no timer left");
    }

    [FsCheck.NUnit.Property(Arbitrary = [typeof(Timeline.Arbitrary)], MaxTest = 500)]
    public void LiveQuery_OfAnyTimeline_IsWhatTheModelSays(Timeline timeline, byte seed)
    {
        var time = new TestScheduler();
        var duration = 1 + (seed % 20);
        var seen = 0;
        var run = new VirtualRun(time, duration);
        var source = time.CreateHot(timeline.Values
            .Select(v => Recorded.OnNext(v.At, v.Value))
            .Append(timeline.End == '|'
                ? Recorded.OnCompleted<char>(timeline.EndAt)
                : Recorded.OnError<char>(timeline.EndAt, new InvalidOperationException("failed"))));

        var result = time.Record(source.Do(_ => seen++).Select(_ => s_change).LiveQuery(
            token => run.Start($"{seen}", token),
            new LiveQueryOptions
            {
                Quiet = TimeSpan.FromMilliseconds(timeline.Quiet),
                MaxWait = TimeSpan.FromMilliseconds(timeline.MaxWait),
                Scheduler = time,
            }));

        Assert.That(result.ToString(), Is.EqualTo(LiveQueryModel.Results(
            [.. timeline.Values.Select(v => v.At)], timeline.Quiet, timeline.MaxWait, duration, timeline.EndAt, timeline.End)));
        Assert.That(run.WereTwoAtOnce, Is.False);
    }

    [Test]
    public void WithoutTimes_TheQuietSpellIsATenthOfASecond_AndSteadyTrafficIsReadNearlyFiveTimesASecond()
    {
        var run = new VirtualRun(_time, 20);
        using var subscription = _signals.LiveQuery(CountAsync(run), new LiveQueryOptions { Scheduler = _time }).Subscribe(_recorder);
        Send();
        _time.AdvanceTo(500);
        Send();
        _time.AdvanceTo(1_000);
        Assert.That(run.Starts, Is.EqualTo("0:1 600:2"));

        for (var at = 1_000; at <= 3_000; at += 50)
        {
            _time.AdvanceTo(at);
            Send();
        }

        Assert.That(
            run.Starts.Split(' ').Select(start => start.Split(':')[0]),
            Is.EqualTo(new[] { "0", "600", "1200", "1420", "1650", "1870", "2100", "2320", "2550", "2770", "3000" }));
    }

    [Test]
    public void AQueryThatThrows_EndsAll()
    {
        using var subscription = _signals
            .LiveQuery<string>(_ => throw new InvalidOperationException("query"), Timing()).Subscribe(_recorder);
        Send();
        Assert.That(_recorder.ToString(), Is.EqualTo("0:#query"));
        Assert.That(_signals.HasObservers, Is.False);
    }

    [Test]
    public void AQueryThatThrowsToSomebody_IsRunAgainAfterThePause()
    {
        var run = new VirtualRun(_time, 0);
        var failures = new List<string>();
        using var subscription = Retrying(run, failures).Subscribe(_recorder);
        Send();
        run.Succeed("good");
        _time.AdvanceTo(100);
        Send();
        _time.AdvanceTo(130);
        run.Fail(new InvalidOperationException("first"));
        Send(); // shortens nothing
        _time.AdvanceTo(160);
        Send();
        _time.AdvanceTo(629);
        Assert.That(run.Starts, Is.EqualTo("0:1 130:2"));
        _time.AdvanceTo(630);
        run.Fail(new InvalidOperationException("second"));
        _time.AdvanceTo(1_130);
        run.Succeed("better");
        _time.Start();

        Assert.That(run.Starts, Is.EqualTo("0:1 130:2 630:4 1130:4"));
        Assert.That(_recorder.ToString(), Is.EqualTo("0:good 1130:better"));
        Assert.That(failures, Is.EqualTo(new[] { "first", "second" }));
        Assert.That(_scheduler.Pending, Is.Zero);
    }

    [Test]
    public void CompletionWaitsForTheQueryToSucceed()
    {
        var run = new VirtualRun(_time, 0);
        using var subscription = Retrying(run, []).Subscribe(_recorder);
        Send();
        run.Fail(new InvalidOperationException());
        _signals.OnCompleted();
        _time.AdvanceTo(500);
        run.Fail(new InvalidOperationException());
        _time.AdvanceTo(1_000);
        run.Succeed("last");

        Assert.That(run.Starts, Is.EqualTo("0:1 500:1 1000:1"));
        Assert.That(_recorder.ToString(), Is.EqualTo("1000:last 1000:|"));
    }

    [Test]
    public void DisposingDuringThePause_LeavesNoTimer()
    {
        var run = new VirtualRun(_time, 0);
        var subscription = Retrying(run, []).Subscribe(_recorder);
        Send();
        run.Fail(new InvalidOperationException());
        Assert.That(_scheduler.Pending, Is.EqualTo(1));
        subscription.Dispose();

        Assert.That(_scheduler.Pending, Is.Zero);
        _time.Start();
        Assert.That(run.Starts, Is.EqualTo("0:1"));
    }

    [Test]
    public void AnErrorOfTheSourceDuringThePause_EndsAll()
    {
        var run = new VirtualRun(_time, 0);
        using var subscription = Retrying(run, []).Subscribe(_recorder);
        Send();
        run.Fail(new InvalidOperationException());
        _signals.OnError(new InvalidOperationException("source"));
        _time.Start();

        Assert.That(_recorder.ToString(), Is.EqualTo("0:#source"));
        Assert.That(run.Starts, Is.EqualTo("0:1"));
    }

    [Test]
    public void ACallbackForFailuresThatThrows_EndsAll()
    {
        using var subscription = _signals.LiveQuery<string>(
            _ => throw new InvalidOperationException("query"),
            Timing(_ => throw new InvalidOperationException("callback"))).Subscribe(_recorder);
        Send();
        Assert.That(_recorder.ToString(), Is.EqualTo("0:#callback"));
    }

    [Test]
    public void AfterARetryThatSucceeded_CompletionIsPassedOnAtOnce()
    {
        var run = new VirtualRun(_time, 0);
        using var subscription = Retrying(run, []).Subscribe(_recorder);
        Send();
        run.Fail(new InvalidOperationException());
        _time.AdvanceTo(500);
        run.Succeed("good");
        _signals.OnCompleted();

        Assert.That(_recorder.ToString(), Is.EqualTo("500:good 500:|"));
    }

    [Test]
    public void ATimerThatIsNotCancelledInTime_StartsNothing()
    {
        var run = new VirtualRun(_time, 20);
        using var subscription = _signals
            .LiveQuery(CountAsync(run), Timing(scheduler: new CountingScheduler(_time, cancels: false))).Subscribe(_recorder);
        Send();
        _time.AdvanceTo(100);
        Send();
        _signals.OnCompleted();
        _time.Start();

        Assert.That(run.Starts, Is.EqualTo("0:1 100:2"));
        Assert.That(_recorder.ToString(), Is.EqualTo("20:1 120:2 120:|"));
    }

    [Test]
    public void Dispose_DuringAQuietSpell_LeavesNoTimer()
    {
        var subscription = _signals.LiveQuery(CountAsync(new VirtualRun(_time, 20)), Timing()).Subscribe(_recorder);
        Send();
        _time.AdvanceTo(100);
        Send();
        Assert.That(_scheduler.Pending, Is.EqualTo(1));
        subscription.Dispose();
        Assert.That(_scheduler.Pending, Is.Zero);
        Assert.That(_recorder.ToString(), Is.EqualTo("20:1"));
    }

    [Test]
    public void WhereNotification_LetsEveryResyncPass()
    {
        var passed = new List<string>();
        using var subscription = _signals.WhereNotification(n => n.Payload == "yes").Subscribe(s => passed.Add(s.ToString()));
        _signals.OnNext(ChannelSignal.Resync("a", ResyncReasons.Subscribed));
        _signals.OnNext(ChannelSignal.From(new Notification("a", "no", 0)));
        _signals.OnNext(ChannelSignal.From(new Notification("a", "yes", 0)));
        _signals.OnNext(ChannelSignal.Resync("a", ResyncReasons.Reconnected));

        Assert.That(passed, Is.EqualTo(new[] { "Resync(a, Subscribed)", "Notification(a)", "Resync(a, Reconnected)" }));
    }

    [Test]
    public void BadArguments_AreRefusedAtOnce()
    {
        Assert.That(() => _signals.LiveQuery((Func<CancellationToken, Task<int>>)null!), Throws.ArgumentNullException);
        Assert.That(() => PgObservable.LiveQuery((IObservable<ChannelSignal>)null!, _ => Task.FromResult(0)), Throws.ArgumentNullException);
        Assert.That(
            () => _signals.LiveQuery(_ => Task.FromResult(0), new LiveQueryOptions { Quiet = TimeSpan.FromMilliseconds(-1) }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("Quiet"));
        Assert.That(
            () => _signals.LiveQuery(_ => Task.FromResult(0), new LiveQueryOptions { Quiet = TimeSpan.MaxValue }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("Quiet"));
        Assert.That(
            () => _signals.LiveQuery(_ => Task.FromResult(0), new LiveQueryOptions { MaxWait = TimeSpan.FromMilliseconds(99) }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("MaxWait").And.Message.Contains("Quiet"));
        Assert.That(
            () => _signals.LiveQuery(_ => Task.FromResult(0), new LiveQueryOptions { RetryDelay = TimeSpan.Zero }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("RetryDelay"));
        Assert.That(
            () => _signals.LiveQuery(_ => Task.FromResult(0), new LiveQueryOptions { Scheduler = null! }),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("Scheduler"));
        Assert.That(() => PgObservable.LiveQuery((PgChannel)null!, _ => Task.FromResult(0)), Throws.ArgumentNullException);
        Assert.That(() => _signals.WhereNotification(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void Options_ChangedAfterwards_ChangeNothing()
    {
        var options = Timing();
        var run = new VirtualRun(_time, 20);
        var query = _signals.LiveQuery(CountAsync(run), options);
        options.Quiet = options.MaxWait!.Value;
        using var subscription = query.Subscribe(_recorder);
        Send();
        _time.AdvanceTo(100);
        Send();
        _time.Start();

        Assert.That(run.Starts, Is.EqualTo("0:1 130:2"));
    }

    IObservable<string> Retrying(VirtualRun run, List<string> failures) =>
        _signals.LiveQuery(CountAsync(run), Timing(error => failures.Add(error.Message)));

    LiveQueryOptions Timing(Action<Exception>? queryFailed = null, IScheduler? scheduler = null) => new()
    {
        Quiet = s_quiet,
        MaxWait = s_maxWait,
        QueryFailed = queryFailed,
        RetryDelay = TimeSpan.FromMilliseconds(500),
        Scheduler = scheduler ?? _scheduler,
    };

    Func<CancellationToken, Task<string>> CountAsync(VirtualRun run) => token => run.Start($"{_seen}", token);

    void Send()
    {
        _seen++;
        _signals.OnNext(s_change);
    }
}
