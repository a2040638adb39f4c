using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>
/// An operator that gathers bursts, in a form in which one test serves them all: what it makes of characters, as text,
/// and what it is expected to make of a burst.
/// </summary>
public sealed record BurstOperator(
    string Name,
    Func<IObservable<char>, TimeSpan, TimeSpan, IScheduler?, IObservable<string>> Apply,
    Func<string, string> ResultOf)
{
    public static readonly BurstOperator Debounce = new(
        nameof(Debounce),
        (source, quiet, maxWait, scheduler) => source.Debounce(quiet, maxWait, scheduler).Select(c => c.ToString()),
        burst => burst[^1..]);

    public static readonly BurstOperator Coalesce = new(
        nameof(Coalesce),
        (source, quiet, maxWait, scheduler) => source.Coalesce(quiet, maxWait, scheduler).Select(burst => string.Concat(burst)),
        burst => burst);

    public static readonly BurstOperator CoalesceBy = new(
        nameof(CoalesceBy),
        (source, quiet, maxWait, scheduler) =>
            source.CoalesceBy(KeyOf, quiet, maxWait, scheduler: scheduler).Select(burst => string.Concat(burst)),
        LatestByKey);

    public static readonly BurstOperator CoalesceBySignals = new(
        nameof(CoalesceBySignals),
        (source, quiet, maxWait, scheduler) => source
            .Select(c => ChannelSignal.From(new Notification("a", c.ToString(), 4711)))
            .CoalesceBy(s => KeyOf(s.Notification.Payload[0]), quiet, maxWait, scheduler: scheduler)
            .Select(burst => string.Concat(burst.Select(s => s.Notification.Payload))),
        LatestByKey);

    public static IEnumerable<BurstOperator> All => [Debounce, Coalesce, CoalesceBy, CoalesceBySignals];

    /// <summary>The operator with its times in milliseconds.</summary>
    public IObservable<string> Over(IObservable<char> source, int quiet, int maxWait, IScheduler scheduler) =>
        Apply(source, TimeSpan.FromMilliseconds(quiet), TimeSpan.FromMilliseconds(maxWait), scheduler);

    /// <summary>Of expected bursts, such as <c>40:ab 90:|</c>, what this operator makes of them: <c>40:b 90:|</c>.</summary>
    public string Expect(string bursts) => string.Join(' ', bursts.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(message => message.Split(':'))
        .Select(parts => parts[1][0] is '|' or '#' ? $"{parts[0]}:{parts[1]}" : $"{parts[0]}:{ResultOf(parts[1])}"));

    public override string ToString() => Name;

    static int KeyOf(char value) => value % 3;

    static string LatestByKey(string burst) => string.Concat(burst.GroupBy(KeyOf).Select(values => values.Last()));
}
