using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.Tests.Binding;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Every operator treats signals whose payloads were parsed as it does signals: no Resync is overwritten.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase), WithoutContext]
public sealed class ParsedSignalsTests : IDisposable
{
    static readonly TimeSpan s_time = TimeSpan.FromMilliseconds(10);

    readonly TestScheduler _time = new();
    readonly Subject<ChannelSignal<int>> _source = new();

    public static IEnumerable<TestCaseData<Func<IObservable<ChannelSignal<int>>, IScheduler, IObservable<ChannelSignal<int>>>>> Operators =>
    [
        Of("Debounce", (source, time) => source.Debounce(s_time, scheduler: time)),
        Of("Coalesce", (source, time) => source.Coalesce(s_time, scheduler: time).SelectMany(Latest)),
        Of("CoalesceBy", (source, time) => source.CoalesceBy(signal => signal.Value % 2, s_time, scheduler: time).SelectMany(burst => burst)),
        Of("ThrottleLatest", (source, time) => source.ThrottleLatest(s_time, leading: false, time)),
        Of("Isolate", (source, time) => source.Isolate(1, scheduler: time)),
        Of("from somebody's generic method", (source, time) => Generic(source, time)),
    ];

    public void Dispose() => _source.Dispose();

    [TestCaseSource(nameof(Operators))]
    public void Operator_OfParsedSignals_LosesNoResync(
        Func<IObservable<ChannelSignal<int>>, IScheduler, IObservable<ChannelSignal<int>>> apply)
    {
        var seen = new List<string>();
        using var subscription = apply(_source, _time).Subscribe(signal => seen.Add(signal.IsValue ? $"{signal.Value}" : $"{signal}"));

        _source.OnNext(ChannelSignal.Resync<int>("a", ResyncReasons.Subscribed));
        _source.OnNext(ChannelSignal.Resync<int>("a", ResyncReasons.Reconnected));
        _source.OnNext(ChannelSignal.From("a", 1, 4711));
        _source.OnNext(ChannelSignal.From("a", 3, 4711));
        _time.Start();

        Assert.That(seen, Has.One.Contains("Reconnected"));
        Assert.That(seen, Has.None.EqualTo("1"));
        Assert.That(seen[^1], Is.EqualTo("3"));
    }

    [Test]
    public void SelectConflated_OfParsedSignals_OverwritesNoResync()
    {
        var run = new VirtualRun(_time, 20);
        using var subscription = _source
            .SelectConflated((signal, token) => run.Start(signal.IsValue ? $"{signal.Value}" : "resync", token)).Subscribe();

        _source.OnNext(ChannelSignal.From("a", 0, 4711));
        _source.OnNext(ChannelSignal.Resync<int>("a", ResyncReasons.Subscribed));
        _source.OnNext(ChannelSignal.From("a", 1, 4711));
        _source.OnNext(ChannelSignal.From("a", 2, 4711));
        _source.OnNext(ChannelSignal.Resync<int>("a", ResyncReasons.Reconnected));
        _time.Start();

        Assert.That(run.Starts, Is.EqualTo("0:0 20:resync 40:2"));
    }

    [Test]
    public void SelectAwait_OfParsedSignals_DropsNoResync()
    {
        var run = new VirtualRun(_time, 20);
        using var subscription = _source
            .SelectAwait((signal, token) => run.Start(signal.IsValue ? $"{signal.Value}" : $"{signal.Reasons}", token), capacity: 1).Subscribe();

        _source.OnNext(ChannelSignal.From("a", 0, 4711));
        _source.OnNext(ChannelSignal.Resync<int>("a", ResyncReasons.Subscribed));
        _source.OnNext(ChannelSignal.From("a", 1, 4711));
        _source.OnNext(ChannelSignal.From("a", 2, 4711));
        _time.Start();

        Assert.That(run.Starts, Is.EqualTo($"0:0 20:{ResyncReasons.Subscribed | ResyncReasons.Overflow} 40:2"));
    }

    [Test]
    public void LiveQuery_OfParsedSignals_RunsAtEachOfThem()
    {
        var runs = 0;
        using var subscription = _source
            .LiveQuery(_ => Task.FromResult(++runs), new LiveQueryOptions { Quiet = s_time, Scheduler = _time }).Subscribe();

        _source.OnNext(ChannelSignal.Resync<int>("a", ResyncReasons.Subscribed));
        _time.AdvanceTo(100);
        _source.OnNext(ChannelSignal.From("a", 1, 4711));
        _time.Start();

        Assert.That(runs, Is.EqualTo(2));
    }

    [Test]
    public void WhereValue_LetsEveryResyncPass()
    {
        var passed = new List<string>();
        using var subscription = _source.WhereValue(value => value > 1).Subscribe(signal => passed.Add(signal.ToString()));

        _source.OnNext(ChannelSignal.Resync<int>("a", ResyncReasons.Subscribed));
        _source.OnNext(ChannelSignal.From("a", 1, 4711));
        _source.OnNext(ChannelSignal.From("a", 2, 4711));

        Assert.That(passed, Is.EqualTo(new[] { "Resync(a, Subscribed)", "Value(a)" }));
        Assert.That(() => _source.WhereValue(null!), Throws.ArgumentNullException);
    }

    static IEnumerable<ChannelSignal<int>> Latest(IReadOnlyList<ChannelSignal<int>> burst) => burst.Where(signal => signal.IsResync).Append(burst[^1]);

    static IObservable<T> Generic<T>(IObservable<T> source, IScheduler time) => source.Debounce(s_time, scheduler: time);

    static TestCaseData<Func<IObservable<ChannelSignal<int>>, IScheduler, IObservable<ChannelSignal<int>>>> Of(
        string name, Func<IObservable<ChannelSignal<int>>, IScheduler, IObservable<ChannelSignal<int>>> apply) =>
        new(apply) { TestName = $"{{m}}({name})" };
}
