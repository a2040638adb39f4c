using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rx.PgNotify.Tests.Operators;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ParseJsonTests : IDisposable
{
    readonly Subject<Notification> _source = new();
    readonly List<string> _seen = [];
    readonly List<(Notification Notification, JsonException Error)> _malformed = [];

    public void Dispose() => _source.Dispose();

    [Test]
    public void ParseJson_OfPayloads_GivesTheirValuesInOrder()
    {
        using var subscription = Orders().Subscribe(o => _seen.Add($"{o}"), () => _seen.Add("|"));

        Send("""{"Id":1,"Name":"a"}""", """ {"Name":"\u00e4 🐘","Id":2} """, """{"Id":3}""");
        _source.OnCompleted();

        Assert.That(_seen, Is.EqualTo(new[]
        {
            "Order { Id = 1, Name = a }", "Order { Id = 2, Name = ä 🐘 }", "Order { Id = 3, Name =  }", "|",
        }));
        Assert.That(_malformed, Is.Empty);
    }

    [TestCase("", 0L, TestName = "an empty payload")]
    [TestCase("s3cret", 0L, TestName = "no JSON")]
    [TestCase("""{"Id":ts3cret}""", 7L, TestName = "a misspelt literal, which the serializer quotes")]
    [TestCase("""{"Id":1""", 7L, TestName = "cut off")]
    [TestCase("""{"Id":1}s3cret""", 8L, TestName = "something behind it")]
    [TestCase("""{"Id":"s3cret"}""", 14L, TestName = "a value of another type")]
    [TestCase("""{"Id":1,"Totals":{"s3cret":"x"}}""", 32L, TestName = "a key that the serializer's path quotes")]
    [TestCase("""{"s3cret":1}""", 10L, TestName = "a name that the serializer quotes")]
    [TestCase("""{"Id":99999999999}""", 17L, TestName = "out of the type's range")]
    [TestCase("""{"Id":-1}""", null, TestName = "refused by a property")]
    [TestCase("""{"Name":"a"}""", 12L, TestName = "without what is required")]
    [TestCase("null", null, TestName = "null for a reference type")]
    public void ParseJson_OfAMalformedPayload_HandsItOverWithoutQuotingAndGoesOn(string payload, long? position)
    {
        var before = new Notification("orders", payload, 4711);
        using var subscription = _source.ParseJson(TestJson.Default.CheckedOrder, Malformed)
            .Subscribe(o => _seen.Add($"{o.Id}"), _ => _seen.Add("#"));

        _source.OnNext(before);
        Send("""{"Id":17}""");

        Assert.That(_seen, Is.EqualTo(new[] { "17" }));
        Assert.That(_malformed.Select(m => m.Notification), Is.EqualTo(new[] { before }));
        var error = _malformed[0].Error;
        Assert.That(error.BytePositionInLine, Is.EqualTo(position));
        Assert.That(error.Message, Does.Contain("payload").And.Contain(nameof(Payloads.CheckedOrder)));
        Assert.That($"{error}", Does.Not.Contain("s3cret"), "ToString goes into logs");
        Assert.That((error.Path, error.InnerException), Is.EqualTo(((string?)null, (Exception?)null)));
    }

    [TestCase("""{"type":"s3cret"}""", TestName = "a discriminator that the serializer quotes")]
    [TestCase("""{"Side":1}""", TestName = "no discriminator, for which the serializer blames the type")]
    public void ParseJson_OfAnUnknownCase_IsMalformed(string payload)
    {
        using var subscription = _source.ParseJson(TestJson.Default.Shape, Malformed).Subscribe(s => _seen.Add($"{s}"));

        Send(payload, """{"type":"square","Side":2}""");

        Assert.That(_seen, Is.EqualTo(new[] { "Square { Side = 2 }" }));
        Assert.That(_malformed, Has.Count.EqualTo(1));
        Assert.That($"{_malformed[0].Error}", Does.Not.Contain("s3cret"));
    }

    [Test]
    public void ParseJson_OfHalfASurrogatePair_IsMalformed()
    {
        using var subscription = Orders().Subscribe(o => _seen.Add($"{o.Id}"));

        Send("{\"Id\":1,\"Name\":\"\ud800\"}", """{"Id":17}"""); // not an attribute's argument: those are UTF-8

        Assert.That(_seen, Is.EqualTo(new[] { "17" }));
        Assert.That(_malformed.Select(m => m.Error.Message), Is.EqualTo(new[]
        {
            $"The payload cannot be read as JSON of the type {typeof(Payloads.Order)}: ArgumentException.",
        }));
    }

    [Test]
    public void ParseJson_OfNull_IsMalformedUnlessTheTypeHasIt()
    {
        Assert.That(OfNull(TestJson.Default.String), Is.EqualTo("malformed"));
        Assert.That(OfNull(TestJson.Default.Int32), Is.EqualTo("malformed"));
        Assert.That(OfNull(TestJson.Default.NullableInt32), Is.EqualTo("value "));
        Assert.That(OfNull(TestJson.Default.JsonElement), Is.EqualTo("value null").Or.EqualTo("value "));

        string OfNull<T>(JsonTypeInfo<T> typeInfo)
        {
            var seen = "";
            using var subscription = _source.ParseJson(typeInfo, (_, _) => seen += "malformed")
                .Subscribe(value => seen += $"value {value}");
            Send("null");
            return seen;
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void ParseJson_OfAnyPayload_GivesAValueOrHandsItOver(string?[] texts)
    {
        var payloads = texts.Select(t => t ?? "").SelectMany(t => new[] { t, JsonSerializer.Serialize(t, TestJson.Default.String) }).ToArray();
        using var source = new Subject<Notification>();
        var outcomes = new List<string>();
        using var subscription = source.ParseJson(TestJson.Default.String, (n, _) => outcomes.Add($"malformed {n.Payload}"))
            .Subscribe(value => outcomes.Add($"value {value}"));

        Array.ForEach(payloads, payload => source.OnNext(new Notification("c", payload, 1)));

        Assert.That(outcomes, Is.EqualTo(payloads.Select(Outcome)));

        static string Outcome(string payload)
        {
            try
            {
                return JsonSerializer.Deserialize(payload, TestJson.Default.String) is { } value ? $"value {value}" : $"malformed {payload}";
            }
            catch (Exception)
            {
                return $"malformed {payload}";
            }
        }
    }

    [Test]
    public void ParseJson_WhenTheSourceFails_PassesItOn()
    {
        using var subscription = Orders().Subscribe(_ => { }, error => _seen.Add(error.Message));

        _source.OnError(new InvalidOperationException("failed"));

        Assert.That(_seen, Is.EqualTo(new[] { "failed" }));
    }

    [Test]
    public void ParseJson_AfterDispose_HasLeftTheSource()
    {
        var subscription = Orders().Subscribe(o => _seen.Add($"{o}"));

        subscription.Dispose();
        Send("""{"Id":1}""", "malformed");

        Assert.That(_source.HasObservers, Is.False);
        Assert.That(_seen, Is.Empty);
        Assert.That(_malformed, Is.Empty);
    }

    [Test]
    public void OnMalformed_ThatThrows_EndsTheSubscriptionAndThrowsToTheSource()
    {
        using var subscription = _source
            .ParseJson(TestJson.Default.Order, (_, _) => throw new InvalidOperationException("callback"))
            .Subscribe(o => _seen.Add($"{o}"), _ => _seen.Add("#"), () => _seen.Add("|"));

        Assert.That(() => Send("malformed"), Throws.InvalidOperationException.With.Message.EqualTo("callback"));

        Assert.That(_source.HasObservers, Is.False);
        Assert.That(_seen, Is.Empty);
    }

    [Test]
    public void Observer_ThatThrowsAJsonException_IsNotTakenForMalformed()
    {
        using var subscription = Orders().Subscribe(_ => throw new JsonException("observer"));

        Assert.That(() => Send("""{"Id":1}"""), Throws.TypeOf<JsonException>().With.Message.EqualTo("observer"));

        Assert.That(_malformed, Is.Empty);
        Assert.That(_source.HasObservers, Is.False);
    }

    [Test]
    public void ParseJson_OfASmallPayload_AllocatesNothing()
    {
        var sum = 0L;
        using var subscription = _source.ParseJson(TestJson.Default.Int32, Malformed).Subscribe(n => sum += n);
        var notification = new Notification("numbers", "17", 1);
        Send(1_000);
        sum = 0;

        var before = GC.GetAllocatedBytesForCurrentThread();
        Send(100_000);
        var perPayload = (GC.GetAllocatedBytesForCurrentThread() - before) / 100_000.0;

        Assert.That(sum, Is.EqualTo(1_700_000));
        Assert.That(perPayload, Is.LessThan(1));

        void Send(int count)
        {
            for (var i = 0; i < count; i++)
                _source.OnNext(notification);
        }
    }

    [Test]
    public void ParseJson_WithoutAnArgument_ThrowsAtOnce()
    {
        Assert.That(
            () => PgObservable.ParseJson((IObservable<Notification>)null!, TestJson.Default.Order, Malformed),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("source"));
        Assert.That(
            () => _source.ParseJson((JsonTypeInfo<Payloads.Order>)null!, Malformed),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("typeInfo"));
        Assert.That(
            () => _source.ParseJson(TestJson.Default.Order, null!),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("onMalformed"));
    }

    [Test]
    public void ParseJson_WithoutTypeInformation_FindsItByReflection()
    {
        var snakes = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        var signals = _source.Select(ChannelSignal.From);
        using var byName = _source.ParseJson<Parcel>(Malformed).Subscribe(parcel => _seen.Add($"{parcel.ShipTo}"));
        using var byPolicy = _source.ParseJson<Parcel>(snakes, Malformed).Subscribe(parcel => _seen.Add($"{parcel.ShipTo}"));
        using var signalsByName = signals.ParseJson<Parcel>(Malformed).Subscribe(signal => _seen.Add($"{signal.Value.ShipTo}"));
        using var signalsByPolicy = signals.ParseJson<Parcel>(snakes, Malformed).Subscribe(signal => _seen.Add($"{signal.Value.ShipTo}"));

        Send("""{"shipto":"a","ship_to":"b"}""", "[]", "{}");

        Assert.That(_seen, Is.EqualTo(new[] { "a", "b", "a", "b", "", "" }), "without options nothing is made of nothing");
        Assert.That(_malformed, Has.Count.EqualTo(6));
        Assert.That(
            () => _source.ParseJson<Parcel>((JsonSerializerOptions)null!, Malformed),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("options"));
    }

    IObservable<Payloads.Order> Orders() => _source.ParseJson(TestJson.Default.Order, Malformed);

    void Malformed(Notification notification, JsonException error) => _malformed.Add((notification, error));

    void Send(params string[] payloads) =>
        Array.ForEach(payloads, payload => _source.OnNext(new Notification("orders", payload, 4711)));

    sealed record Parcel(string ShipTo);
}
