using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Transactions;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Diagnostics;

/// <summary>Nothing of the subscriber's surroundings is seen or kept by what goes on asking long after it subscribed.</summary>
[Parallelizable(ParallelScope.All)]
public class QueueUsageContextTests
{
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(10);
    static readonly AsyncLocal<object?> s_ambient = new();

    [Test]
    public async Task WhatIsAmbientForTheSubscriber_IsNeitherSeenByObserversNorKept()
    {
        var seen = new ConcurrentQueue<object?>();
        using var subscription = Subscribe(seen, out var held);
        await UntilAnsweredAsync(seen, 3);

        await Eventually.IsTrueAsync(() =>
        {
            GC.Collect();
            return !held.TryGetTarget(out _);
        }, expectation: "what the subscriber had should be collected");
        await UntilAnsweredAsync(seen, seen.Count + 3);
        Assert.That(seen, Is.All.Null);
    }

    [Test]
    public async Task WhatAnObserverSets_IsNotSeenAtItsNextCall()
    {
        var seen = new ConcurrentQueue<object?>();
        using var subscription = TestServer.DataSource.NotificationQueueUsage(s_interval).Subscribe(_ =>
        {
            seen.Enqueue(s_ambient.Value);
            s_ambient.Value = "set by the observer";
        });
        await UntilAnsweredAsync(seen, 3);
        Assert.That(seen, Is.All.Null);
    }

    [Test]
    public async Task TheQuestions_AreNoSpansOfTheSubscribersTrace()
    {
        var name = UniqueChannel.Name();
        var spans = new ConcurrentQueue<Activity>();
        using var tracing = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (name.Equals(span.GetTagItem("db.npgsql.data_source")))
                    spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(tracing);
        await using var dataSource = new NpgsqlDataSourceBuilder(TestServer.ConnectionString) { Name = name }.Build();
        using var request = new Activity("request").Start();
        using var subscription = dataSource.NotificationQueueUsage(s_interval).Subscribe(_ => { });
        await Eventually.IsTrueAsync(() => spans.Count >= 3, expectation: "three spans of Npgsql's");

        Assert.That(spans.Select(span => span.TraceId), Has.None.EqualTo(request.TraceId));
        Assert.That(spans.Select(span => span.ParentId), Is.All.Null);
    }

    [Test]
    public async Task TheQuestions_AreNotInTheSubscribersTransaction()
    {
        var name = UniqueChannel.Name();
        await using var dataSource = NpgsqlDataSource.Create($"{TestServer.ConnectionString};Application Name={name}");
        var recorder = new Recorder<double>();
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        using var subscription = dataSource.NotificationQueueUsage(TimeSpan.FromHours(1)).Subscribe(recorder);
        await recorder.UntilCountAsync(1);

        using var outside = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        await using var inTransaction = TestServer.DataSource.CreateCommand(
            $"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}' AND state = 'idle in transaction'");
        Assert.That(await inTransaction.ExecuteScalarAsync(), Is.Zero);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static IDisposable Subscribe(ConcurrentQueue<object?> seen, out WeakReference<object> held)
    {
        var large = new byte[1_000_000];
        held = new WeakReference<object>(large);
        s_ambient.Value = large;
        try
        {
            return TestServer.DataSource.NotificationQueueUsage(s_interval).Subscribe(_ => seen.Enqueue(s_ambient.Value));
        }
        finally
        {
            s_ambient.Value = null;
        }
    }

    static Task UntilAnsweredAsync(ConcurrentQueue<object?> seen, int times) =>
        Eventually.IsTrueAsync(() => seen.Count >= times, expectation: $"{times} answers");
}
