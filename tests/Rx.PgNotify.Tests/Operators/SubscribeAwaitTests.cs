using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.Tests.Binding;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>What <c>SubscribeAwait</c> adds to <c>SelectAwait</c>: handlers in place of an observer.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase), WithoutContext]
public sealed class SubscribeAwaitTests : IDisposable
{
    readonly TestScheduler _time = new();
    readonly Subject<string> _source = new();
    readonly VirtualRun _run;
    readonly List<string> _ends = [];

    public SubscribeAwaitTests() => _run = new VirtualRun(_time, 30);

    public void Dispose() => _source.Dispose();

    [Test]
    public void EveryValue_IsHandledInOrder_AndCompletionFollows()
    {
        using var subscription = Subscribe();
        Send("a", "b");
        _source.OnCompleted();
        Assert.That(_ends, Is.Empty, "b waits still");

        _time.Start();

        Assert.That(_run.Starts, Is.EqualTo("0:a 30:b"));
        Assert.That(_run.WereTwoAtOnce, Is.False);
        Assert.That(_ends, Is.EqualTo(new[] { "60:completed" }));
    }

    [Test]
    public void WhatTheHandlerThrows_GoesToOnError_AndEndsTheSubscription()
    {
        using var subscription = _source.SubscribeAwait(
            async (value, token) =>
            {
                await _run.Start(value, token).ConfigureAwait(false);
                throw new InvalidOperationException($"of {value}");
            },
            Failed,
            Completed);
        Send("a", "b");

        _time.Start();

        Assert.That(_ends, Is.EqualTo(new[] { "30:of a" }));
        Assert.That(_run.Starts, Is.EqualTo("0:a"));
        Assert.That(_source.HasObservers, Is.False);
    }

    [Test]
    public void WhatTheSourceFailsWith_GoesToOnError_AndCancelsTheCall()
    {
        using var subscription = Subscribe();
        Send("a");
        _source.OnError(new InvalidOperationException("failed"));

        Assert.That(_ends, Is.EqualTo(new[] { "0:failed" }));
        Assert.That(_run.Token.IsCancellationRequested, Is.True);
    }

    [Test]
    public void AfterDispose_NobodyIsCalled_WhateverTheCallUnderWayDoes([Values] bool fails)
    {
        var run = new VirtualRun(_time, 0);
        var subscription = _source.SubscribeAwait(run.Start, Failed, Completed);
        Send("a", "b");

        subscription.Dispose();

        Assert.That(run.Token.IsCancellationRequested, Is.True);
        if (fails)
            run.Fail(new InvalidOperationException("too late"));
        else
            run.Succeed("a");
        Assert.That(_ends, Is.Empty);
        Assert.That(run.Starts, Is.EqualTo("0:a"));
    }

    [Test]
    public void AHandlerThatDisposesItsSubscription_IsCalledNoMore()
    {
        IDisposable? subscription = null;
        var handled = "";
        subscription = _source.SubscribeAwait(
            (value, _) =>
            {
                handled += value;
                subscription?.Dispose();
                return Task.CompletedTask;
            },
            Failed,
            Completed);
        Send("a", "b");

        Assert.That(handled, Is.EqualTo("a"));
        Assert.That(_ends, Is.Empty);
    }

    [Test]
    public void Retried_ItBeginsAnewWithTheSource()
    {
        var handled = "";
        var subscriptions = 0;
        var source = Observable.Defer(() => _source.StartWith($"R{++subscriptions}"));
        using var subscription = source
            .SelectAwait((value, _) =>
            {
                handled += $"{value} ";
                return value == "bad" ? throw new InvalidOperationException(value) : Task.CompletedTask;
            })
            .Retry()
            .Subscribe();
        Send("a", "bad", "b");

        Assert.That(handled, Is.EqualTo("R1 a bad R2 b "));
    }

    [Test]
    public void BadArguments_AreRefused()
    {
        Func<int, CancellationToken, Task> handle = (_, _) => Task.CompletedTask;
        var never = Observable.Never<int>();
        Assert.That(
            () => PgObservable.SubscribeAwait(null!, handle, Failed),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));
        Assert.That(
            () => never.SubscribeAwait(null!, Failed), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("onNext"));
        Assert.That(
            () => never.SubscribeAwait(handle, null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("onError"));
        Assert.That(
            () => never.SubscribeAwait(handle, Failed, capacity: 0),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("capacity"));
    }

    IDisposable Subscribe() => _source.SubscribeAwait(_run.Start, Failed, Completed);

    void Failed(Exception error) => _ends.Add($"{_time.Clock}:{error.Message}");

    void Completed() => _ends.Add($"{_time.Clock}:completed");

    void Send(params string[] values) => Array.ForEach(values, _source.OnNext);
}
