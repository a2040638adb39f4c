using System.Diagnostics.Metrics;
using Rx.PgNotify.IntegrationTests.Stress;

namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>From a connection string alone, listener and notifier make a data source of their own, and dispose it.</summary>
[Parallelizable(ParallelScope.All)]
public class OwnDataSourceTests
{
    [Test]
    public async Task TheDataSourceBehindAConnectionString_LivesAsLongAsItsOwner_AndPoolsNothing([Values] ClientKind kind)
    {
        var application = UniqueChannel.Name();
        await using (var client = Client.Create(kind, $"{TestServer.ConnectionString};Application Name={application}"))
        {
            await client.UseAsync(TestServer.ConnectionString);
            Assert.That(Points(application), Has.Member("db.client.connection.count"));
            Assert.That(Points(application), Has.No.Member("db.client.connection.max"), "it is no pool");
        }

        Assert.That(Points(application), Is.Empty);
        await Eventually.BecomesAsync(() => Chaos.BackendsAsync(application), count => count == 0);
    }

    [Test]
    public async Task TheDataSourceOfTheCaller_IsNotDisposed([Values] ClientKind kind)
    {
        await using var dataSource = Npgsql.NpgsqlDataSource.Create(TestServer.ConnectionString);
        await using (var client = Client.Create(kind, dataSource))
            await client.UseAsync(TestServer.ConnectionString);
        await using var connection = await dataSource.OpenConnectionAsync();
        Assert.That(connection.FullState, Is.EqualTo(System.Data.ConnectionState.Open));
    }

    static List<string> Points(string application)
    {
        var points = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Npgsql" && instrument.IsObservable)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "db.client.connection.pool.name", Value: string name } && name.Contains(application, StringComparison.Ordinal))
                    points.Add(instrument.Name);
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return points;
    }
}
