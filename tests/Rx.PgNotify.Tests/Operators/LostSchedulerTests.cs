using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>A scheduler that throws, such as an event loop that was disposed, leaves nothing that looks alive and is deaf.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LostSchedulerTests : IDisposable
{
    static readonly TimeSpan s_time = TimeSpan.FromMilliseconds(10);

    readonly TestScheduler _time = new();
    readonly Subject<ChannelSignal> _source = new();

    public static IEnumerable<TestCaseData<Func<IObservable<ChannelSignal>, IScheduler, IObservable<object>>>> Operators =>
    [
        Of("Debounce", (source, scheduler) => source.Debounce(s_time, s_time, scheduler).Select(s => (object)s)),
        Of("ThrottleLatest", (source, scheduler) => source.ThrottleLatest(s_time, false, scheduler).Select(s => (object)s)),
        Of("Isolate", (source, scheduler) => source.Isolate(4, scheduler: scheduler).Select(s => (object)s)),
        Of("LiveQuery", (source, scheduler) => source.LiveQuery(
            _ => Task.FromResult<object>(0), new LiveQueryOptions { Quiet = s_time, Scheduler = scheduler })),
    ];

    public void Dispose() => _source.Dispose();

    [TestCaseSource(nameof(Operators))]
    public void Scheduler_ThatThrows_EndsTheSubscriptionAndTheSourceIsTold(
        Func<IObservable<ChannelSignal>, IScheduler, IObservable<object>> apply)
    {
        using var subscription = apply(_source, new RefusingScheduler(_time)).Subscribe();

        Assert.That(
            () =>
            {
                Send();
                Send(); // LiveQuery needs no timer for the first
            },
            Throws.TypeOf<ObjectDisposedException>().With.Property("ObjectName").EqualTo("loop"));

        Assert.That(_source.HasObservers, Is.False);
    }

    void Send() => _source.OnNext(ChannelSignal.Resync("a", ResyncReasons.Subscribed));

    static TestCaseData<Func<IObservable<ChannelSignal>, IScheduler, IObservable<object>>> Of(
        string name, Func<IObservable<ChannelSignal>, IScheduler, IObservable<object>> apply) =>
        new(apply) { TestName = $"{{m}}({name})" };
}
