using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using Rx.PgNotify.IntegrationTests.Connections;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.IntegrationTests.Surroundings;

/// <summary>What appears in traces. The spans of this server alone are looked at: others of the process trace too.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class TraceTests : IDisposable
{
    const string OwnSource = "Rx.PgNotify";

    readonly ActivitySource _callers = new("Rx.PgNotify.IntegrationTests.Traces");
    readonly ConcurrentQueue<Activity> _spans = new();
    ActivityListener _listener = null!;
    PostgresServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await TestServer.StartOwnAsync();
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or OwnSource || source == _callers,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    public void Dispose()
    {
        _listener?.Dispose();
        _callers.Dispose();
    }

    [Test]
    public async Task AnIdleListener_AddsNoSpanToAnyTrace([Values] bool ofADataSource)
    {
        const string heartbeats = "pgnotify.listener.heartbeat.duration";
        using var meters = new MeterRecorder();
        var database = await _server.CreateDatabaseAsync();
        await using var dataSource = NpgsqlDataSource.Create(database);
        var options = new PgListenerOptions { Heartbeat = TimeSpan.FromSeconds(1), MeterFactory = meters };
        await using var listener = ofADataSource ? new PgListener(dataSource, options) : new PgListener(database, options);
        var recorder = new Recorder<ChannelSignal>();
        IDisposable subscription;
        using (var caller = _callers.StartActivity("first subscriber"))
        {
            subscription = listener.Channel("a").Signals.Subscribe(recorder);
            await recorder.UntilSubscribedAsync();
            Assert.That(SpansOf(database).Where(span => span.TraceId == caller!.TraceId), Is.Empty, "of the first subscriber's trace");
        }

        // The set-up span ends when the first Resync is on its way.
        await Eventually.IsTrueAsync(() => OwnSpansOf(database).Any());
        var before = SpansOf(database).Count();
        await Eventually.IsTrueAsync(() => meters.All(heartbeats).Count >= 3);

        Assert.That(SpansOf(database).Skip(before).Select(span => span.DisplayName), Is.Empty, "while idle");
        Assert.That(SpansOf(database).Where(span => span.Source.Name == "Npgsql"), Is.Not.Empty, "the listener of activities works");
        subscription.Dispose();
    }

    [Test]
    public async Task TheSetUpOfAConnectionAndEachCommit_AreSpansOfTheLibrarysOwn([Values] ClientKind kind)
    {
        var database = await _server.CreateDatabaseAsync();
        using var caller = _callers.StartActivity("caller")!;
        if (kind == ClientKind.Listener)
        {
            await using var listener = new PgListener(database);
            using var subscription = await listener.Channel("a").SubscribeAsync(_ => { }, _ => { });
            await Eventually.IsTrueAsync(() => OwnSpansOf(database).Any());
        }
        else
        {
            await using var notifier = new PgNotifier(database);
            await notifier.NotifyAsync("a", "payload");
            await Eventually.IsTrueAsync(() => OwnSpansOf(database).Count() == 2);
            var commit = OwnSpansOf(database).Last();
            Assert.That(commit.DisplayName, Is.EqualTo("notify a"));
            Assert.That(commit.Kind, Is.EqualTo(ActivityKind.Producer));
            Assert.That(commit.GetTagItem("messaging.operation.type"), Is.EqualTo("send"));
            Assert.That(commit.GetTagItem("messaging.destination.name"), Is.EqualTo("a"));
            Assert.That(commit.GetTagItem("messaging.batch.message_count"), Is.EqualTo(1));
            Assert.That(commit.Links.Select(link => link.Context.SpanId), Is.EqualTo(new[] { caller.SpanId }));
        }

        var connect = OwnSpansOf(database).First();
        Assert.That(connect.DisplayName, Is.EqualTo("connect"));
        Assert.That(connect.Kind, Is.EqualTo(ActivityKind.Client));
        Assert.That(OwnSpansOf(database).Select(span => span.GetTagItem("messaging.system")), Is.All.EqualTo("postgresql"));
        Assert.That(OwnSpansOf(database).Select(span => span.ParentSpanId), Is.All.EqualTo(default(ActivitySpanId)), "roots");
    }

    [Test]
    public async Task WhatIsSaidToGiveAConnectionBack_BelongsToNoSpan()
    {
        var database = await _server.CreateDatabaseAsync();
        await using var dataSource = NpgsqlDataSource.Create(database);
        await using (var listener = new PgListener(dataSource))
        {
            using var subscription = await listener.Channel("a").SubscribeAsync(_ => { }, _ => { });
            await Eventually.IsTrueAsync(() => OwnSpansOf(database).Any());
        }

        await Eventually.IsTrueAsync(() => Unlistens().Any());
        Assert.That(Unlistens().Select(span => span.ParentSpanId), Is.All.EqualTo(default(ActivitySpanId)));

        IEnumerable<Activity> Unlistens() => SpansOf(database).Where(span => span.Tags.Any(tag => tag.Value?.Contains("UNLISTEN", StringComparison.Ordinal) == true));
    }

    // Npgsql's spans name the database, and ours enclose them: children have their trace.
    IEnumerable<Activity> SpansOf(string connectionString)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database;
        var traces = _spans.Where(span => span.Tags.Any(tag => tag.Value == database || tag.Value?.Contains($"Database={database}", StringComparison.Ordinal) == true))
            .Select(span => span.TraceId).ToHashSet();
        return _spans.Where(span => traces.Contains(span.TraceId));
    }

    IEnumerable<Activity> OwnSpansOf(string connectionString) => SpansOf(connectionString).Where(span => span.Source.Name == OwnSource);
}
