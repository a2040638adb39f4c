using System.Collections.Concurrent;
using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Delivery;

/// <summary>
/// What an observer throws behind an operator of the library, which calls it from a timer or after a task, goes where it would go without
/// the operator. Where it does not, the process of the tests ends.
/// </summary>
[Parallelizable(ParallelScope.All)]
public class OperatorFailureTests
{
    static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(10);

    public static IEnumerable<TestCaseData<Func<IObservable<ChannelSignal>, IObservable<object>>>> Operators()
    {
        yield return Case("Coalesce", signals => signals.Coalesce(s_moment));
        yield return Case("CoalesceBy", signals => signals.CoalesceBy(signal => signal.Channel, s_moment));
        yield return Case("Debounce", signals => signals.Debounce(s_moment).Select(signal => Box(signal)));
        yield return Case("ThrottleLatest", signals => signals.ThrottleLatest(s_moment, leading: false).Select(signal => Box(signal)));
        yield return Case("Isolate", signals => signals.Isolate().Select(signal => Box(signal)));
        yield return Case("SelectConflated", signals => signals.SelectConflated(async (signal, _) =>
        {
            await Task.Yield();
            return Box(signal);
        }));
        yield return Case("LiveQuery", signals => signals.LiveQuery(LaterAsync));
        yield return Case("LiveQuery, after a quiet spell", signals => signals
            .LiveQuery(_ => Task.FromResult(new object()), new LiveQueryOptions { Quiet = s_moment }).Skip(1));
        yield return Case("a LiveQuery that fails, without an error handler", signals => signals.LiveQuery<object>(async _ =>
        {
            await Task.Yield();
            throw new FormatException("mine");
        }));
        yield return Case("several, one behind the other", signals => signals
            .Where(_ => true).Coalesce(s_moment).Isolate().SelectConflated(async (burst, _) =>
            {
                await Task.Yield();
                return Box(burst);
            }).Debounce(s_moment));
        yield return Case("a shared one", signals => signals.Publish().RefCount().Coalesce(s_moment));

        static TestCaseData<Func<IObservable<ChannelSignal>, IObservable<object>>> Case(
            string name, Func<IObservable<ChannelSignal>, IObservable<object>> apply) => new(apply) { TestName = $"{{m}} behind {name}" };
    }

    [TestCaseSource(nameof(Operators))]
    public async Task WhatAnObserverThrows_GoesToObserverFailed_AndEndsItsSubscriptionOnly(Func<IObservable<ChannelSignal>, IObservable<object>> apply)
    {
        var failures = new ConcurrentQueue<ObserverFailure>();
        await using var listener = new PgListener(
            TestServer.ConnectionString, new PgListenerOptions { ObserverFailed = failures.Enqueue, Linger = TimeSpan.Zero });
        var channel = listener.Channel(UniqueChannel.Name());
        var sibling = new Recorder<Notification>();
        var subscription = await channel.SubscribeAsync(sibling);
        using var failing = apply(channel.Signals).Subscribe(_ => throw new FormatException("mine"));
        await ObserverIsolationTests.SendAsync(channel, 3);

        await Eventually.IsTrueAsync(() => !failures.IsEmpty, expectation: "the failure should be taken");
        await sibling.UntilCountAsync(3);
        Assert.That(
            failures.Select(failure => (failure.Channel, failure.Exception.Message)), Is.EqualTo(new[] { (channel.Name, "mine") }));
        Assert.That(sibling.HasEnded, Is.False);

        // With the other one's end nobody is left.
        subscription.Dispose();
        await listener.State.FirstAsync(state => state is ListenerState.Idle).Timeout(Eventually.Deadline);
    }

    [Test]
    public async Task WhatAnObserverThrows_IsNotTakenByAnotherListener_WhoseObserverOnlyEndsARun()
    {
        var failures = new ConcurrentQueue<ObserverFailure>();
        await using var taking = new PgListener(TestServer.ConnectionString, new PgListenerOptions { ObserverFailed = failures.Enqueue });
        await using var other = new PgListener(TestServer.ConnectionString);
        var scheduler = new HistoricalScheduler();
        var (started, run, ended) = (new TaskCompletionSource(), new TaskCompletionSource<int>(), new TaskCompletionSource());
        using var failing = other.Channel(UniqueChannel.Name()).Signals
            .SelectConflated((_, _) =>
            {
                started.SetResult();
                return run.Task;
            })
            .Debounce(s_moment, scheduler: scheduler)
            .Subscribe(_ => throw new FormatException("mine"));
        await started.Task.WaitAsync(Eventually.Deadline);
        using var ending = taking.Channel(UniqueChannel.Name()).Signals.Subscribe(_ =>
        {
            run.SetResult(1);
            ended.SetResult();
        });
        await ended.Task.WaitAsync(Eventually.Deadline);

        Assert.That(() => scheduler.AdvanceBy(s_moment), Throws.TypeOf<FormatException>());
        Assert.That(failures, Is.Empty);
    }

    [Test]
    public async Task WhatAnObserverOfTheStateThrows_BehindADebounce_GoesToObserverFailed()
    {
        var failures = new ConcurrentQueue<ObserverFailure>();
        await using var listener = new PgListener(TestServer.ConnectionString, new PgListenerOptions { ObserverFailed = failures.Enqueue });
        using var failing = listener.State.Debounce(s_moment).Subscribe(_ => throw new FormatException("mine"));

        await Eventually.IsTrueAsync(() => !failures.IsEmpty, expectation: "the failure should be taken");
        Assert.That(failures.Select(failure => failure.Channel), Is.EqualTo(new string?[] { null }));
    }

    static object Box<T>(T value)
        where T : notnull => value;

    static async Task<object> LaterAsync(CancellationToken cancellation)
    {
        await Task.Yield();
        return new object();
    }
}
