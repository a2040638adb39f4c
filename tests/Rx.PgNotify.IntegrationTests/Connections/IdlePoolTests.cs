using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>What becomes of the application's pool when the backend of a listener is killed.</summary>
[Parallelizable(ParallelScope.All)]
public class IdlePoolTests
{
    const int Idle = 5;

    [Test]
    public async Task WithADataSourceOfItsOwn_ThePoolOfTheApplicationIsLeftAlone()
    {
        await using var application = NpgsqlDataSource.Create(TestServer.ConnectionString);
        await using var dataSource = NpgsqlDataSource.Create($"{TestServer.ConnectionString};Pooling=false;Application Name={UniqueChannel.Name()}");
        var (before, after) = await AroundAKillAsync(application, dataSource);

        Assert.That(after, Is.EquivalentTo(before));
    }

    [Test]
    public async Task InThePoolOfTheApplication_WhatIsUsedLives_AndWhatWasIdleIsReplaced()
    {
        await using var dataSource = NpgsqlDataSource.Create($"{TestServer.ConnectionString};Application Name={UniqueChannel.Name()}");
        await using var used = await dataSource.OpenConnectionAsync();
        await using var transaction = await used.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("SELECT 1", used, transaction);
        await command.ExecuteScalarAsync();
        var (before, after) = await AroundAKillAsync(dataSource, dataSource);
        await TestContext.Out.WriteLineAsync($"{before.Intersect(after).Count()} of {Idle} idle connections were used again");

        Assert.That(after, Has.Count.EqualTo(Idle), "the pool fills anew");
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(1));
    }

    static async Task<(IReadOnlyList<int> Before, IReadOnlyList<int> After)> AroundAKillAsync(
        NpgsqlDataSource application, NpgsqlDataSource ofListener)
    {
        await using var listener = new PgListener(ofListener, new PgListenerOptions { ReconnectDelay = TimeSpan.FromMilliseconds(5) });
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = channel.Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        var before = await ProcessIdsAsync(application);
        await using (var kill = TestServer.DataSource.CreateCommand("""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = $1 AND state = 'idle' AND NOT pid = ANY ($2)
            """))
        {
            kill.Parameters.AddWithValue(new NpgsqlConnectionStringBuilder(ofListener.ConnectionString).ApplicationName!);
            kill.Parameters.AddWithValue(before.ToArray());
            Assert.That(await kill.ExecuteScalarAsync(), Is.True);
        }

        await recorder.UntilCountAsync(2);
        Assert.That(recorder.Items[1].Reasons, Is.EqualTo(ResyncReasons.Reconnected));
        return (before, await ProcessIdsAsync(application));
    }

    // Of so many connections at the same time; they are idle in the pool afterwards.
    static async Task<IReadOnlyList<int>> ProcessIdsAsync(NpgsqlDataSource dataSource)
    {
        var connections = new List<NpgsqlConnection>();
        for (var i = 0; i < Idle; i++)
            connections.Add(await dataSource.OpenConnectionAsync());
        var ids = connections.ConvertAll(connection => connection.ProcessID);
        foreach (var connection in connections)
            await connection.DisposeAsync();
        return ids;
    }
}
