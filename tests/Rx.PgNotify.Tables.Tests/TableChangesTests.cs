using System.Reactive.Linq;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tables.Tests;

public sealed partial class TableChangesTests
{
    static readonly ChannelSignal s_resync = ChannelSignal.Resync("rows", ResyncReasons.Subscribed);

    internal sealed record Row(int Id, string? Name = null);

    internal sealed record Parcel(string ShipTo);

    [Test]
    public void Rows_BecomeInsertsUpdatesAndDeletes_InOrderAndAtOnce()
    {
        Assert.That(
            ChangesOf(
                s_resync,
                Payload("""{"schema":"s","table":"t","op":"insert","seq":1,"count":2,"rows":[{"op":"insert","new":{"id":1,"name":"a"}},{"op":"insert","new":{"id":2}}]}"""),
                Payload("""{"op":"update","rows":[{"op":"update","new":{"id":1}},{"op":"update","old":{"id":2,"name":"x"},"new":{"id":2,"name":"y"}}]}"""),
                Payload("""{"op":"update","rows":[{"op":"delete","old":{"id":1}},{"op":"insert","new":{"id":9}}]}""")),
            Is.EqualTo(new[]
            {
                "0:Reload Resync ",
                "10:Insert Row { Id = 1, Name = a }", "10:Insert Row { Id = 2, Name =  }",
                "20:Update  Row { Id = 1, Name =  }", "20:Update Row { Id = 2, Name = x } Row { Id = 2, Name = y }",
                "30:Delete Row { Id = 1, Name =  }", "30:Insert Row { Id = 9, Name =  }",
            }));
    }

    [Test]
    public void Payloads_WithoutRows_AreReloads()
    {
        Assert.That(
            ChangesOf(
                Payload("""{"schema":"s","table":"t","op":"insert"}"""),
                Payload("""{"op":"update","seq":1,"count":100000}"""),
                Payload("""{"op":"update","count":1,"keys":[{"op":"update","new":{"id":1}}]}"""),
                Payload("""{"op":"truncate","seq":4}"""),
                ChannelSignal.Resync("rows", ResyncReasons.Overflow, 17),
                Payload("""{"op":"update","seq":1,"count":2,"altered":true}"""),
                Payload("""{"op":"update","altered":true}"""),
                Payload("""{"op":"update","altered":false}""")),
            Is.EqualTo(new[]
            {
                "0:Reload WithoutRows ", "10:Reload WithoutRows 100000", "20:Reload WithoutRows 1", "30:Reload Truncated ", "40:Reload Resync ",
                "50:Reload TableAltered 2", "60:Reload TableAltered ", "70:Reload WithoutRows ",
            }));
    }

    [TestCase("")]
    [TestCase("s3cret")]
    [TestCase("null")]
    [TestCase("17")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"op":17}""")]
    [TestCase("""{"op":"s3cret","count":"s3cret"}""")]
    [TestCase("""{"op":"update","count":1e99}""")]
    [TestCase("""{"op":"update","altered":"s3cret"}""")]
    [TestCase("""{"op":"insert","rows":{}}""")]
    [TestCase("""{"op":"insert","rows":[]}""")]
    [TestCase("""{"op":"insert","count":0,"rows":[ ]}""")]
    [TestCase("""{"op":"insert","rows":[17]}""")]
    [TestCase("""{"op":"insert","rows":[{"op":"s3cret","new":{"id":1}}]}""")]
    [TestCase("""{"op":"insert","rows":[{"op":null,"new":{"id":1}}]}""")]
    [TestCase("""{"op":"insert","rows":[{"op":"insert"}]}""")]
    [TestCase("""{"op":"insert","rows":[{"op":"insert","new":null}]}""")]
    [TestCase("""{"op":"insert","rows":[{"op":"insert","new":{"id":1}},{"op":"insert","new":{"id":"s3cret"}}]}""")]
    [TestCase("""{"op":"delete","rows":[{"op":"delete","new":{"id":1}}]}""")]
    [TestCase("""{"op":"update","rows":[{"op":"update","old":{"id":1}}]}""")]
    [TestCase("""{"op":"insert","rows":[{"op":"insert","new":{"id":1}}]""")]
    public void MalformedPayload_IsAReloadAsAWhole_AndTheStreamGoesOn(string payload)
    {
        var malformed = new List<(Notification Notification, JsonException Error)>();

        Assert.That(
            ChangesOf((notification, error) => malformed.Add((notification, error)), Payload(payload), Payload("""{"op":"insert","rows":[{"op":"insert","new":{"id":1}}]}""")),
            Is.EqualTo(new[] { "0:Reload Malformed ", "10:Insert Row { Id = 1, Name =  }" }));
        Assert.That(malformed.Select(m => m.Notification.Payload), Is.EqualTo(new[] { payload }));
        Assert.That($"{malformed[0].Error}", Does.Not.Contain("s3cret"));
    }

    [Test]
    public void HalfASurrogatePair_IsMalformed() =>
        Assert.That(ChangesOf(Payload("{\"op\":\"insert\",\"rows\":[{\"op\":\"insert\",\"new\":{\"id\":1,\"name\":\"\ud800\"}}]}")), Is.EqualTo(new[] { "0:Reload Malformed " }));

    [Test]
    public void OnMalformed_ThatThrows_EndsTheSubscriptionAndThrowsToTheSource()
    {
        using var source = new System.Reactive.Subjects.Subject<ChannelSignal>();
        using var subscription = source.TableChanges(RowJson.Default.Row, (_, _) => throw new InvalidOperationException("callback")).Subscribe();

        Assert.That(() => source.OnNext(Payload("malformed")), Throws.InvalidOperationException.With.Message.EqualTo("callback"));

        Assert.That(source.HasObservers, Is.False);
    }

    [Test]
    public void Dispose_AmongTheRowsOfOnePayload_EndsThem()
    {
        using var source = new System.Reactive.Subjects.Subject<ChannelSignal>();
        var seen = 0;
        using var subscription = new System.Reactive.Disposables.SingleAssignmentDisposable();
        subscription.Disposable = source.TableChanges(RowJson.Default.Row, Ignore).Subscribe(_ =>
        {
            seen++;
            subscription.Dispose();
        });

        source.OnNext(Payload("""{"op":"insert","rows":[{"op":"insert","new":{"id":1}},{"op":"insert","new":{"id":2}}]}"""));

        Assert.That((seen, source.HasObservers), Is.EqualTo((1, false)));
    }

    [Test]
    public void End_OfTheSource_IsPassedOn()
    {
        Assert.That(Run([Recorded.OnCompleted<ChannelSignal>(20)], Ignore), Is.EqualTo(new[] { "20:|" }));
        Assert.That(Run([Recorded.OnError<ChannelSignal>(20, new InvalidOperationException("failed"))], Ignore), Is.EqualTo(new[] { "20:#failed" }));
    }

    [Test]
    public void TableChange_AsText_HasNoRow()
    {
        var row = new Row(1, "s3cret");
        Assert.That(
            new TableChange<Row>[] { new TableChange<Row>.Insert(row), new TableChange<Row>.Update(row, row), new TableChange<Row>.Delete(row), new TableChange<Row>.Reload(ReloadReason.Truncated) }
                .Select(change => change.ToString()),
            Is.EqualTo(new[] { "Insert", "Update", "Delete", "Reload(Truncated)" }));
    }

    [Test]
    public void TableChanges_WithoutAnArgument_ThrowsAtOnce()
    {
        Assert.That(
            () => TableObservable.TableChanges((IObservable<ChannelSignal>)null!, RowJson.Default.Row, Ignore), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));
        Assert.That(
            () => Observable.Empty<ChannelSignal>().TableChanges((JsonTypeInfo<Row>)null!, Ignore), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("typeInfo"));
        Assert.That(
            () => Observable.Empty<ChannelSignal>().TableChanges(RowJson.Default.Row, null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("onMalformed"));
    }

    [Test]
    public void TableChanges_WithoutTypeInformation_FindsItByReflection()
    {
        var malformed = 0;
        var snakes = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        using var source = new System.Reactive.Subjects.Subject<ChannelSignal>();
        var (byName, byPolicy) = (new List<string>(), new List<string>());
        using var first = source.TableChanges<Parcel>((_, _) => malformed++).Subscribe(change => byName.Add(Text(change)));
        using var second = source.TableChanges<Parcel>(snakes, (_, _) => malformed++).Subscribe(change => byPolicy.Add(Text(change)));

        source.OnNext(s_resync);
        source.OnNext(Payload("""{"op":"insert","rows":[{"op":"insert","new":{"SHIPTO":"a","ship_to":"b"}}]}"""));
        source.OnNext(Payload("""{"op":"delete","rows":[{"op":"delete","old":{}}]}"""));

        Assert.That(byName, Is.EqualTo(new[] { "Resync", "+a", "Malformed" }), "without options nothing is made of nothing");
        Assert.That(byPolicy, Is.EqualTo(new[] { "Resync", "+b", "-" }));
        Assert.That(malformed, Is.EqualTo(1));
        Assert.That(
            () => source.TableChanges<Parcel>((JsonSerializerOptions)null!, Ignore), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("options"));
        Assert.That(
            () => TableObservable.TableChanges<Parcel>((IObservable<ChannelSignal>)null!, Ignore), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));

        static string Text(TableChange<Parcel> change) => change switch
        {
            TableChange<Parcel>.Insert(var parcel) => $"+{parcel.ShipTo}",
            TableChange<Parcel>.Delete(var parcel) => $"-{parcel.ShipTo}",
            TableChange<Parcel>.Reload { Reason: var reason } => $"{reason}",
            _ => throw new AssertionException("There was no update."),
        };
    }

    static void Ignore(Notification notification, JsonException error)
    {
    }

    static ChannelSignal Payload(string payload) => ChannelSignal.From(new Notification("rows", payload, 4711));

    static IEnumerable<string> ChangesOf(params ChannelSignal[] signals) => ChangesOf(Ignore, signals);

    static IEnumerable<string> ChangesOf(Action<Notification, JsonException> onMalformed, params ChannelSignal[] signals) =>
        Run(signals.Select((signal, i) => Recorded.OnNext(i * 10, signal)), onMalformed);

    static IEnumerable<string> Run(IEnumerable<Recorded<ChannelSignal>> messages, Action<Notification, JsonException> onMalformed)
    {
        var time = new TestScheduler();
        var changes = time.Record(time.CreateHot(messages).TableChanges(RowJson.Default.Row, onMalformed).Select(Text));
        return changes.Messages.Select(message => $"{message}");
    }

    static string Text(TableChange<Row> change) => change switch
    {
        TableChange<Row>.Insert(var row) => $"Insert {row}",
        TableChange<Row>.Update(var old, var row) => $"Update {old} {row}",
        TableChange<Row>.Delete(var row) => $"Delete {row}",
        TableChange<Row>.Reload { Reason: var reason, RowCount: var count } => $"Reload {reason} {count}",
        _ => throw new AssertionException("There are no other cases."),
    };

    [JsonSerializable(typeof(Row))]
    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    internal sealed partial class RowJson : JsonSerializerContext;
}
