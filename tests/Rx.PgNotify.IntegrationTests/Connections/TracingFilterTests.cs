using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Connections;

[Parallelizable(ParallelScope.All)]
public class TracingFilterTests
{
    [Test]
    public async Task TheTracingFiltersOfTheDataSource_KeepItsSpansAway([Values] ClientKind kind)
    {
        var asked = new ConcurrentQueue<string>();
        Assert.That(await SpansAsync(kind, builder => builder.ConfigureTracing(options => options
            .ConfigureCommandFilter(command => Refuse(command.CommandText))
            .ConfigureBatchFilter(batch => Refuse(batch.BatchCommands[0].CommandText))
            .EnablePhysicalOpenTracing(false))), Is.Empty);
        Assert.That(asked, Is.Not.Empty, "the filters were asked");

        bool Refuse(string text)
        {
            asked.Enqueue(text);
            return false;
        }
    }

    [Test]
    public async Task WithoutFilters_TheDataSourceMakesItsSpans([Values] ClientKind kind)
    {
        var spans = await SpansAsync(kind, _ => { });
        Assert.That(spans, Has.Some.StartsWith("CONNECT "));
        Assert.That(spans, Has.Some.Not.StartsWith("CONNECT "), "of its commands");
    }

    [Test]
    public async Task TheEnrichmentOfTheDataSource_IsApplied([Values] ClientKind kind)
    {
        const string tag = "tests.enriched";
        var spans = new ConcurrentQueue<Activity>();
        var enriched = 0;
        _ = await SpansAsync(
            kind,
            builder => builder.ConfigureTracing(options => options
                .ConfigureCommandEnrichmentCallback((activity, _) => Enrich(activity))
                .ConfigureBatchEnrichmentCallback((activity, _) => Enrich(activity))),
            spans);
        Assert.That(enriched, Is.Not.Zero);
        Assert.That(spans.Count(span => span.GetTagItem(tag) is true), Is.EqualTo(enriched));

        void Enrich(Activity activity)
        {
            activity.SetTag(tag, true);
            Interlocked.Increment(ref enriched);
        }
    }

    static async Task<IReadOnlyList<string>> SpansAsync(
        ClientKind kind, Action<NpgsqlDataSourceBuilder> configure, ConcurrentQueue<Activity>? spans = null)
    {
        var own = spans ?? new ConcurrentQueue<Activity>();
        var builder = new NpgsqlDataSourceBuilder($"{TestServer.ConnectionString};Pooling=false") { Name = UniqueChannel.Name("source") };
        configure(builder);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                // Other tests make spans at the same time, and those of our own commands that never ended are none of theirs.
                if (builder.Name.Equals(activity.GetTagItem("db.npgsql.data_source")))
                    own.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var dataSource = builder.Build();
        await using (var client = Client.Create(kind, dataSource))
            await client.UseAsync(TestServer.ConnectionString);
        return [.. own.Select(activity => activity.DisplayName)];
    }
}
