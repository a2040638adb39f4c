using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rx.PgNotify.Tests.Operators;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ParseJsonSignalsTests : IDisposable
{
    readonly Subject<ChannelSignal> _source = new();
    readonly List<Notification> _malformed = [];

    public void Dispose() => _source.Dispose();

    [Test]
    public void ParseJson_OfSignals_KeepsEveryResyncInItsPlace()
    {
        var seen = new List<ChannelSignal<int>>();
        var completed = false;
        using var subscription = _source.ParseJson(TestJson.Default.Int32, Malformed).Subscribe(seen.Add, () => completed = true);
        const ResyncReasons gap = ResyncReasons.Reconnected | ResyncReasons.Overflow;

        _source.OnNext(ChannelSignal.Resync("a", ResyncReasons.Subscribed));
        _source.OnNext(Of("a", "1"));
        _source.OnNext(Of("b", "malformed"));
        _source.OnNext(ChannelSignal.Resync("b", gap, 5_000_000_000));
        _source.OnNext(default);
        _source.OnNext(Of("b", "2"));
        _source.OnCompleted();

        Assert.That(seen, Is.EqualTo(new[]
        {
            ChannelSignal.Resync<int>("a", ResyncReasons.Subscribed),
            ChannelSignal.From("a", 1, 4711),
            ChannelSignal.Resync<int>("b", gap, 5_000_000_000),
            default,
            ChannelSignal.From("b", 2, 4711),
        }));
        Assert.That(_malformed, Is.EqualTo(new[] { new Notification("b", "malformed", 4711) }));
        Assert.That(completed, Is.True);
    }

    [Test]
    public void ParseJson_OfSignalsWithNull_IsMalformed()
    {
        var seen = new List<ChannelSignal<string>>();
        using var subscription = _source.ParseJson(TestJson.Default.String, Malformed).Subscribe(seen.Add);

        _source.OnNext(Of("a", "null"));

        Assert.That(seen, Is.Empty);
        Assert.That(_malformed, Has.Count.EqualTo(1));
    }

    [Test]
    public void OnMalformed_ThatThrows_EndsTheSubscriptionAndThrowsToTheSource()
    {
        using var subscription = _source
            .ParseJson(TestJson.Default.Int32, (_, _) => throw new InvalidOperationException("callback"))
            .Subscribe();

        Assert.That(() => _source.OnNext(Of("a", "malformed")), Throws.InvalidOperationException.With.Message.EqualTo("callback"));

        Assert.That(_source.HasObservers, Is.False);
    }

    [Test]
    public void ParseJson_OfSignalsWithoutAnArgument_ThrowsAtOnce()
    {
        Assert.That(
            () => PgObservable.ParseJson((IObservable<ChannelSignal>)null!, TestJson.Default.Int32, Malformed),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));
        Assert.That(
            () => _source.ParseJson((JsonTypeInfo<int>)null!, Malformed),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("typeInfo"));
        Assert.That(
            () => _source.ParseJson(TestJson.Default.Int32, null!),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("onMalformed"));
    }

    static ChannelSignal Of(string channel, string payload) => ChannelSignal.From(new Notification(channel, payload, 4711));

    void Malformed(Notification notification, JsonException error) => _malformed.Add(notification);
}
