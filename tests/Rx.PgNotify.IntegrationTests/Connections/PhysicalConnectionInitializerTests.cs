using Npgsql;
using Rx.PgNotify.IntegrationTests.Stress;

namespace Rx.PgNotify.IntegrationTests.Connections;

[Parallelizable(ParallelScope.All)]
public class PhysicalConnectionInitializerTests
{
    [Test]
    public async Task TheInitializerOfTheDataSource_RunsOnEachConnection([Values] ClientKind kind)
    {
        var application = UniqueChannel.Name();
        var runs = 0;
        var builder = new NpgsqlDataSourceBuilder($"{TestServer.ConnectionString};Pooling=false;Application Name={application}");
        builder.UsePhysicalConnectionInitializer(_ => { }, async connection =>
        {
            Interlocked.Increment(ref runs);
            await using var command = new NpgsqlCommand($"SELECT pg_advisory_lock_shared(hashtext('{application}'))", connection);
            await command.ExecuteNonQueryAsync();
        });
        await using var dataSource = builder.Build();
        await using var client = Client.Create(kind, dataSource);
        await client.UseAsync(TestServer.ConnectionString);

        Assert.That(runs, Is.EqualTo(1));
        Assert.That(
            await SqlExtensions.ExecuteAsync(
                TestServer.ConnectionString,
                $"SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND objid::bigint = hashtext('{application}')::bigint & 4294967295"),
            Is.EqualTo(application),
            "what it has set up is there");
        await Chaos.KillBackendAsync(application);
        await Eventually.BecomesAsync(() => Chaos.BackendsAsync(application), count => count == 0 || runs > 1);
        await UseAgainAsync(client);
        Assert.That(runs, Is.EqualTo(2));
    }

    [Test]
    public async Task AnInitializerThatThrows_IsAFailedAttempt_AndTheNextOneServes([Values] ClientKind kind)
    {
        var runs = 0;
        var builder = new NpgsqlDataSourceBuilder($"{TestServer.ConnectionString};Pooling=false");
        builder.UsePhysicalConnectionInitializer(
            _ => { },
            _ => Interlocked.Increment(ref runs) < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask);
        await using var dataSource = builder.Build();
        await using var client = Client.Create(kind, dataSource);
        await client.UseAsync(TestServer.ConnectionString);

        Assert.That(runs, Is.EqualTo(3));
    }

    // A notifier finds its loss only by using the line, and what is under way then is in doubt.
    static async Task UseAgainAsync(Client client)
    {
        try
        {
            await client.UseAsync(TestServer.ConnectionString);
        }
        catch (PgNotifierException e) when (e.Error == PgNotifierError.InDoubt)
        {
            await client.UseAsync(TestServer.ConnectionString);
        }
    }
}
