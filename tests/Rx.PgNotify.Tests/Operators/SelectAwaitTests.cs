using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Runtime.CompilerServices;
using Rx.PgNotify.Tests.Binding;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Runs take 30 ms, a character stands for 10 ms.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase), WithoutContext]
public sealed class SelectAwaitTests : IDisposable
{
    readonly TestScheduler _time = new();
    readonly Subject<string> _source = new();
    readonly Recorder<string> _recorder;
    readonly VirtualRun _run;

    public SelectAwaitTests()
    {
        _recorder = _time.CreateRecorder<string>();
        _run = new VirtualRun(_time, 30);
    }

    public void Dispose() => _source.Dispose();

    [TestCase("a", "0:a", "30:a", TestName = "one value, one run")]
    [TestCase("abc", "0:a 30:b 60:c", "30:a 60:b 90:c", TestName = "every value has a run, in order")]
    [TestCase("ab--cd-e", "0:a 30:b 60:c 90:d 120:e", "30:a 60:b 90:c 120:d 150:e", TestName = "the picture in docs/operators.md")]
    [TestCase("a-----b", "0:a 60:b", "30:a 90:b", TestName = "a value after a run begins anew")]
    [TestCase("a---|", "0:a", "30:a 40:|", TestName = "completion after the run")]
    [TestCase("abc|", "0:a 30:b 60:c", "30:a 60:b 90:c 90:|", TestName = "completion waits for all that waits")]
    [TestCase("|", "", "0:|", TestName = "nothing to run")]
    [TestCase("#", "", "0:#failed", TestName = "an error without a run")]
    [TestCase("ab#", "0:a", "20:#failed", TestName = "an error drops the run and what waits")]
    public void SelectAwait_RunsOneAfterTheOther(string marbles, string starts, string expected)
    {
        var result = _time.Record(_time.CreateHot(marbles).Select(c => c.ToString()).SelectAwait(_run.Start));

        Assert.That(_run.Starts, Is.EqualTo(starts));
        Assert.That(result.ToString(), Is.EqualTo(expected));
        Assert.That(_run.WereTwoAtOnce, Is.False);
    }

    [Test]
    public void AFunctionWithoutAResult_IsAwaitedAllTheSame([Values] bool conflated)
    {
        Task Handle(string value, CancellationToken token) => _run.Start(value, token);
        var source = _time.CreateHot("abc|").Select(c => c.ToString());

        var result = _time.Record(conflated ? source.SelectConflated(Handle) : source.SelectAwait(Handle));

        Assert.That(_run.Starts, Is.EqualTo(conflated ? "0:a 30:c" : "0:a 30:b 60:c"));
        Assert.That(result.ToString(), Is.EqualTo(conflated ? "30:() 60:() 60:|" : "30:() 60:() 90:() 90:|"));
    }

    [Test]
    public void MoreValuesThanMayWait_EndTheSequence_AndSayWhatToDo()
    {
        using var subscription = _source.SelectAwait(_run.Start, capacity: 2).Subscribe(_recorder);
        Send("a", "b", "c");
        Assert.That(_recorder.Messages, Is.Empty, "one is run, two wait");

        Send("d", "e");

        Assert.That(_recorder.ToString(), Does.StartWith("0:#More than 2 values wait").And.Contain("capacity").And.Contain("SelectConflated"));
        Assert.That(_recorder.Messages, Has.Count.EqualTo(1));
        Assert.That(_source.HasObservers, Is.False, "the source is left");
        Assert.That(_run.Token.IsCancellationRequested, Is.True, "the run is cancelled");
        _time.Start();
        Assert.That(_run.Starts, Is.EqualTo("0:a"), "what waited is dropped");
    }

    [Test]
    public void OverSignals_MoreThanMayWait_BecomeAResyncInTheirPlace()
    {
        using var signals = new Subject<ChannelSignal>();
        using var subscription = signals.SelectAwait((signal, token) => _run.Start(
                signal.IsResync ? $"{signal.Channel}({signal.Reasons},{signal.Dropped})" : signal.Notification.Payload, token), capacity: 2)
            .Subscribe(_recorder);
        signals.OnNext(ChannelSignal.Resync("a", ResyncReasons.Subscribed));
        signals.OnNext(ChannelSignal.From(new Notification("a", "1", 0)));
        signals.OnNext(ChannelSignal.Resync("b", ResyncReasons.Reconnected));
        signals.OnNext(ChannelSignal.From(new Notification("a", "2", 0)));
        signals.OnNext(ChannelSignal.From(new Notification("b", "3", 0)));
        signals.OnNext(ChannelSignal.From(new Notification("b", "4", 0)));
        _time.Start();

        Assert.That(_run.Starts, Is.EqualTo("0:a(Subscribed,0) 30:a(Overflow,2) 60:b(Reconnected,0) 90:3 120:4"));
    }

    [Test]
    public void Dispose_DuringARun_CancelsItAndNothingFollows()
    {
        var subscription = _source.SelectAwait(_run.Start).Subscribe(_recorder);
        Send("a", "b");
        Assert.That(_run.Token.IsCancellationRequested, Is.False);

        subscription.Dispose();

        Assert.That(_run.Token.IsCancellationRequested, Is.True);
        Assert.That(_source.HasObservers, Is.False);
        _time.Start();
        Assert.That(_recorder.Messages, Is.Empty);
        Assert.That(_run.Starts, Is.EqualTo("0:a"));
    }

    static object? Nothing => null;

    public static IEnumerable<TestCaseData<Func<Task>, string>> Failures =>
    [
        new TestCaseData<Func<Task>, string>(() => throw new InvalidOperationException("at once"), "at once").SetName("throws at once"),
        new TestCaseData<Func<Task>, string>(() => Task.Run(static void () => throw new InvalidOperationException("later")), "later").SetName("throws later"),
        new TestCaseData<Func<Task>, string>(
            () => Task.FromCanceled(new CancellationToken(true)), "A task was canceled.").SetName("is cancelled"),
        new TestCaseData<Func<Task>, string>(() => (Task)Nothing!, "The function returned no task.").SetName("returns no task"),
    ];

    [TestCaseSource(nameof(Failures))]
    public void AFunctionWithoutAResultThat(Func<Task> run, string message)
    {
        using var ended = new ManualResetEventSlim();
        string? failure = null;
        using var subscription = _source.SelectAwait((_, _) => run()).Subscribe(_ => { }, error =>
        {
            failure = error.Message;
            ended.Set();
        });
        Send("a", "b");

        Assert.That(ended.Wait(TimeSpan.FromMinutes(2)), Is.True);
        Assert.That(failure, Is.EqualTo(message));
        Assert.That(_source.HasObservers, Is.False, "the source is left");
    }

    [Test]
    public void AnObserverThatPushesIntoTheSource_GetsTheNextRunAfterItsCall()
    {
        var (inside, runs) = (false, 0);
        using var subscription = _source.SelectAwait((value, _) => Task.FromResult(value)).Subscribe(value =>
        {
            Assert.That(inside, Is.False, "no nested call");
            inside = true;
            _recorder.OnNext(value);
            if (runs++ < 40_000)
                Send(value); // a stack that grew with each run would not last
            inside = false;
        });
        Send("a");

        Assert.That(_recorder.Messages, Has.Count.EqualTo(40_001));
    }

    [Test]
    public void AValueThatWaits_AllocatesNothing([Values] bool isFull)
    {
        const int count = 100_000;
        using var signals = new Subject<ChannelSignal>();
        var signal = ChannelSignal.From(new Notification("a", "1", 0));
        using var subscription = signals
            .SelectAwait((_, _) => new TaskCompletionSource().Task, capacity: isFull ? 16 : 3 * count).Subscribe();
        Send(2 * count);

        // A list doubles: what is sent here has its place already, or the queue is full long since.
        Assert.That(AllocatedBytes.Least(() => Send(count / 8)), Is.Zero);

        void Send(int times)
        {
            for (var i = 0; i < times; i++)
                signals.OnNext(signal);
        }
    }

    [Test]
    public void AValueWhoseRunCompletesAtOnce_AllocatesNothing()
    {
        using var numbers = new Subject<long>();
        var (sent, handled) = (0L, 0L);
        using var subscription = numbers.SubscribeAwait(
            (number, _) =>
            {
                handled += number;
                return Task.CompletedTask;
            },
            _ => { });
        Send(1_000);

        var allocated = AllocatedBytes.Least(() => Send(100_000));

        Assert.That(allocated, Is.Zero);
        Assert.That(handled, Is.EqualTo(sent));

        void Send(int times)
        {
            sent += times;
            for (var i = 0; i < times; i++)
                numbers.OnNext(1);
        }
    }

    [Test]
    public void WhatIsRunOrDropped_IsLetGo()
    {
        using var objects = new Subject<object>();
        using var subscription = objects.SelectAwait((_, _) => Task.CompletedTask).Subscribe();
        var handled = SendOne(objects);
        var endless = objects.SelectAwait((_, _) => new TaskCompletionSource().Task).Subscribe();
        objects.OnNext(new object());
        var waiting = SendOne(objects);
        endless.Dispose();

        GC.Collect();

        Assert.That(handled.IsAlive, Is.False, "handled");
        Assert.That(waiting.IsAlive, Is.False, "dropped at the end");
        GC.KeepAlive(endless);
    }

    [Test]
    public void BadArguments_AreRefused()
    {
        Func<int, CancellationToken, Task> handle = (_, _) => Task.CompletedTask;
        Assert.That(
            () => PgObservable.SelectAwait(null!, handle), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));
        Assert.That(
            () => Observable.Never<int>().SelectAwait((Func<int, CancellationToken, Task>)null!),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("selector"));
        Assert.That(
            () => Observable.Never<int>().SelectAwait((Func<int, CancellationToken, Task<int>>)null!),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("selector"));
        Assert.That(
            () => Observable.Never<int>().SelectConflated((Func<int, CancellationToken, Task>)null!),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("selector"));
        Assert.That(
            () => Observable.Never<int>().SelectAwait(handle, capacity: 0),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("capacity"));
    }

    void Send(params string[] values) => Array.ForEach(values, _source.OnNext);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference SendOne(Subject<object> source)
    {
        var value = new object();
        source.OnNext(value);
        return new WeakReference(value);
    }
}
