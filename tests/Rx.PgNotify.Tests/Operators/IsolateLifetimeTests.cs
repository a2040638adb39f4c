using System.Diagnostics;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class IsolateLifetimeTests : IDisposable
{
    readonly StepScheduler _thread = new();
    readonly Subject<char> _source = new();
    string _seen = "";

    public void Dispose() => _source.Dispose();

    [Test]
    public void WorkItem_WhileNothingWaits_IsNotScheduled()
    {
        using var subscription = Isolate(4).Subscribe(See);
        Assert.That(_thread.Pending, Is.Zero, "before the first value");

        Send("a");
        Assert.That(_thread.Pending, Is.EqualTo(1), "with a value that waits");
        Send("bc");
        Assert.That(_thread.Pending, Is.EqualTo(1), "one at a time");

        _thread.RunOne();
        Assert.That(_seen, Is.EqualTo("abc"));
        Assert.That(_thread.Pending, Is.Zero, "after the last value");

        Send("d");
        _thread.RunOne();
        Assert.That(_seen, Is.EqualTo("abcd"));
    }

    [Test]
    public void WorkItem_AfterManyValues_GivesTheThreadBack()
    {
        using var many = Isolate(1_024).Subscribe(See);
        Send(new string('a', 500));
        using var other = Isolate(1_024).Subscribe(_ => _seen += "|");
        Send("b");

        _thread.RunAll();

        Assert.That(_seen, Is.EqualTo(new string('a', 256) + "|" + new string('a', 244) + "b"));
    }

    [Test]
    public void Completion_OnTheSourcesThread_IsLeftToTheScheduler()
    {
        using var subscription = Isolate(4).Subscribe(See, () => _seen += "|");
        _source.OnCompleted();
        Assert.That(_seen, Is.Empty);

        _thread.RunAll();

        Assert.That(_seen, Is.EqualTo("|"));
        Assert.That(_thread.Pending, Is.Zero);
    }

    [Test]
    public void Dispose_WhileValuesWait_DropsThemAndLeavesTheSource()
    {
        var subscription = Isolate(2).Subscribe(See, () => _seen += "|");
        Send("abc");

        subscription.Dispose();
        subscription.Dispose();
        Assert.That(_thread.Pending, Is.Zero, "the work item is cancelled");
        Assert.That(_source.HasObservers, Is.False);

        Send("d");
        _source.OnCompleted();
        _thread.RunAll();
        Assert.That(_seen, Is.Empty);
    }

    [Test]
    public void Dispose_AfterTheSourceEnded_DropsWhatWaits()
    {
        var subscription = Isolate(4).Subscribe(See, () => _seen += "|");
        Send("ab");
        _source.OnCompleted();

        subscription.Dispose();
        _thread.RunAll();

        Assert.That(_seen, Is.Empty);
    }

    [Test]
    public void WorkItem_ThatRunsThoughCancelled_DoesNothing()
    {
        var time = new TestScheduler();
        var subscription = _source.Isolate(4, scheduler: new CountingScheduler(time, cancels: false)).Subscribe(See);
        Send("ab");

        subscription.Dispose();
        time.Start();

        Assert.That(_seen, Is.Empty);
    }

    [Test]
    public void Dispose_FromInsideOnNext_EndsIt()
    {
        var subscription = new SingleAssignmentDisposable();
        subscription.Disposable = Isolate(4).Subscribe(value =>
        {
            See(value);
            subscription.Dispose();
            Send("d");
        });
        Send("abc");

        _thread.RunAll();

        Assert.That(_seen, Is.EqualTo("a"));
        Assert.That(_source.HasObservers, Is.False);
    }

    [Test]
    public void Dispose_FromInsideOnNext_DropsTheRestOfTheBatch()
    {
        var subscription = new SingleAssignmentDisposable();
        subscription.Disposable = Isolate(1_024).Subscribe(value =>
        {
            See(value);
            if (value == 'c')
                subscription.Dispose();
        });
        Send("abcdef");

        _thread.RunAll();

        Assert.That(_seen, Is.EqualTo("abc"));
    }

    [Test]
    public void Dispose_FromInsideOnDropped_IsFollowedByNoValue()
    {
        var subscription = new SingleAssignmentDisposable();
        subscription.Disposable = _source.Isolate(
            2,
            n =>
            {
                _seen += $"!{n}";
                subscription.Dispose();
            },
            _thread).Subscribe(See);
        Send("abc");

        _thread.RunAll();

        Assert.That(_seen, Is.EqualTo("!1"));
    }

    [Test]
    public void Source_ThatIsPushedIntoFromInsideOnNext_GetsItsValueNextAndUnnested()
    {
        using var subscription = Isolate(4).Subscribe(value =>
        {
            _seen += $"({value}";
            if (value < 'c')
                Send(((char)(value + 1)).ToString());
            _seen += ")";
        });
        Send("a");

        _thread.RunAll();

        Assert.That(_seen, Is.EqualTo("(a)(b)(c)"));
    }

    [Test]
    public void Source_ThatEndsFromInsideOnNext_IsFollowedThroughInOrder()
    {
        using var subscription = Isolate(4).Subscribe(
            value =>
            {
                See(value);
                if (value != 'a')
                    return;
                Send("b");
                _source.OnError(new InvalidOperationException("failed"));
            },
            error => _seen += $"#{error.Message}");
        Send("a");

        _thread.RunAll();

        Assert.That(_seen, Is.EqualTo("ab#failed"));
    }

    [Test]
    public void Source_ThatGoesOnAfterItsEnd_IsNotHeard()
    {
        var result = "";
        using var subscription = new UnrulySource().Isolate(4, scheduler: _thread)
            .Subscribe(value => result += value, error => result += $"#{error.Message}", () => result += "|");

        _thread.RunAll();

        Assert.That(result, Is.EqualTo("a|"));
    }

    [Test]
    public void Source_ThatThrowsInSubscribe_BecomesOnErrorOnTheScheduler()
    {
        using var subscription = new BrokenSource().Isolate(4, scheduler: _thread)
            .Subscribe(See, error => _seen += $"#{error.Message}");
        Assert.That(_seen, Is.Empty);

        _thread.RunAll();

        Assert.That(_seen, Is.EqualTo("a#failed"));
    }

    [Test]
    public void Source_ThatRunsAndCompletesDuringSubscribe_IsQueued()
    {
        using var subscription = "abcde".ToObservable(ImmediateScheduler.Instance)
            .Isolate(2, n => _seen += $"!{n}", _thread)
            .Subscribe(See, () => _seen += "|");

        _thread.RunAll();

        Assert.That(_seen, Is.EqualTo("!3de|"));
    }

    [Test]
    public void Scheduler_ThatRunsItsWorkAtOnce_NestsNoTurns()
    {
        using var source = new Subject<int>();
        var depths = new List<int>();
        using var subscription = source.Isolate(4, scheduler: ImmediateScheduler.Instance).Subscribe(i =>
        {
            if (i % 1_000 == 0)
                depths.Add(new StackTrace().FrameCount);
            if (i > 0)
                source.OnNext(i - 1);
        });

        source.OnNext(10_000);

        Assert.That(depths, Has.Count.EqualTo(11));
        Assert.That(depths.Max() - depths.Min(), Is.LessThan(20), "frames; about 40 turns were taken");
    }

    [Test]
    public void Observer_ThatThrows_EndsItsSubscriptionAndThrowsToTheScheduler()
    {
        using var subscription = Isolate(4).Subscribe(value =>
        {
            See(value);
            throw new InvalidOperationException("observer");
        });
        Send("ab");

        Assert.That(_thread.RunOne, Throws.InvalidOperationException.With.Message.EqualTo("observer"));
        Assert.That(_source.HasObservers, Is.False);

        Send("c");
        _thread.RunAll();
        Assert.That(_seen, Is.EqualTo("a"));
    }

    [Test]
    public void OnDropped_ThatThrows_EndsTheSubscriptionAndThrowsToTheScheduler()
    {
        using var subscription = _source
            .Isolate(2, _ => throw new InvalidOperationException("callback"), _thread)
            .Subscribe(See, error => _seen += "#", () => _seen += "|");
        Send("abc");

        Assert.That(_thread.RunOne, Throws.InvalidOperationException.With.Message.EqualTo("callback"));
        Assert.That(_source.HasObservers, Is.False);

        Send("d");
        _thread.RunAll();
        Assert.That(_seen, Is.Empty);
    }

    IObservable<char> Isolate(int capacity) => _source.Isolate(capacity, n => _seen += $"!{n}", _thread);

    void See(char value) => _seen += value;

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

    sealed class UnrulySource : IObservable<char>
    {
        public IDisposable Subscribe(IObserver<char> observer)
        {
            observer.OnNext('a');
            observer.OnCompleted();
            observer.OnNext('b');
            observer.OnError(new InvalidOperationException("late"));
            return Disposable.Empty;
        }
    }
}
