using System.Reactive.Linq;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>An operator that would let a value overwrite a Resync refuses signals that its other overload is not for.</summary>
public class ParsedSignalsTests
{
    static readonly TimeSpan s_time = TimeSpan.FromMilliseconds(10);

    public static IEnumerable<TestCaseData<Func<object>>> Calls =>
    [
        .. Of<ChannelSignal<int>>("parsed"),
        .. Of<ChannelSignal>("by an explicit type argument"),
    ];

    [TestCaseSource(nameof(Calls))]
    public void Operator_ThatWouldOverwriteAResync_RefusesSignals(Func<object> call) =>
        Assert.That(call, Throws.ArgumentException
            .With.Property("ParamName").EqualTo("source").And.Message.Contains("before ParseJson"));

    static IEnumerable<TestCaseData<Func<object>>> Of<T>(string kind)
    {
        var source = Observable.Never<T>();
        yield return Case("Debounce", () => source.Debounce<T>(s_time, s_time));
        yield return Case("ThrottleLatest", () => source.ThrottleLatest<T>(s_time));
        yield return Case("CoalesceBy", () => source.CoalesceBy<T, int>(_ => 0, s_time, s_time));
        yield return Case("SelectConflated", () => source.SelectConflated<T, int>((_, _) => Task.FromResult(0)));

        TestCaseData<Func<object>> Case(string name, Func<object> call) => new(call) { TestName = $"{{m}}({name}, {kind})" };
    }
}
