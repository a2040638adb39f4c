using System.Reactive.Linq;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.IntegrationTests.Connections;

/// <summary>A session that goes back to the caller's pool is as it was, whether or not Npgsql resets it for the next user.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class CleanReturnTests
{
    // The channels that are listened to, and all settings.
    const string State =
        "SELECT concat((SELECT string_agg(channel, ';') FROM pg_listening_channels() channel), ' with ', "
        + "(SELECT string_agg(name || '=' || setting, ';' ORDER BY name) FROM pg_settings))";

    PostgresServer _server = null!;

    public enum End
    {
        Disposal,
        LastSubscriber,
    }

    [OneTimeSetUp]
    public async Task StartServerAsync()
    {
        _server = await TestServer.StartOwnAsync();
        await _server.ExecuteAsync("CREATE ROLE limited LOGIN SUPERUSER PASSWORD 'limited'");
        foreach (var limit in await LimitsAsync())
            await _server.ExecuteAsync($"ALTER ROLE limited SET {limit} = '50min'");
    }

    [OneTimeTearDown]
    public ValueTask StopServerAsync() => _server.DisposeAsync();

    [Test]
    public async Task TheSessionOfAListener_GoesBackWithoutListenAndWithItsTimeLimits([Values] End end, [Values] bool isReset)
    {
        await using var tap = WireTap.Start(Limited());
        await using var dataSource = OnePlace(tap, isReset).Build();
        var before = await LookAsync(dataSource);
        Assert.That(before.State, Does.StartWith(" with ").And.Contains("idle_session_timeout=3000000"));

        await using var listener = new PgListener(dataSource, new PgListenerOptions { Linger = TimeSpan.Zero });
        var channel = listener.Channel(UniqueChannel.Name());
        var received = new Recorder<Notification>();
        using (await channel.SubscribeAsync(received))
        {
            await _server.NotifyAsync(channel.Name, "a");
            await received.UntilCountAsync(1);
            if (end == End.Disposal)
                await listener.DisposeAsync();
        }

        await AssertIsBackAsync(tap, before.State);
        Assert.That(await LookAsync(dataSource), Is.EqualTo(before));
    }

    [Test]
    public async Task TheSessionOfANotifier_GoesBackWithItsSettings([Values] bool isReset)
    {
        await using var tap = WireTap.Start(Limited());
        await using var dataSource = OnePlace(tap, isReset).Build();
        var before = await LookAsync(dataSource);
        await using (var notifier = new PgNotifier(dataSource))
            await notifier.NotifyAsync("a");

        await AssertIsBackAsync(tap, before.State);
        Assert.That(await LookAsync(dataSource), Is.EqualTo(before));
    }

    [Test]
    public async Task WhatAnInitializerHasSet_IsSetBack_AndNotTheRolesDefault()
    {
        await using var tap = WireTap.Start(Limited());
        var builder = OnePlace(tap, isReset: false);
        builder.UsePhysicalConnectionInitializer(_ => { }, async connection =>
        {
            await using var command = new NpgsqlCommand("SET statement_timeout = '7s'", connection);
            await command.ExecuteNonQueryAsync();
        });
        await using var dataSource = builder.Build();
        var before = await LookAsync(dataSource);
        Assert.That(before.State, Does.Contain("statement_timeout=7000;"));
        await using (var listener = new PgListener(dataSource))
        {
            using var subscription = await listener.Channel("a").SubscribeAsync(_ => { });
        }

        await AssertIsBackAsync(tap, before.State);
    }

    // Asked within the session, so before Npgsql resets it for its next user.
    static async Task AssertIsBackAsync(WireTap tap, string state)
    {
        Assert.That((tap.Connections, tap.OpenConnections), Is.EqualTo((1, 1)), "connections made, and open");
        await Eventually.BecomesAsync(async () => string.Join('\n', await tap.AskAsync(State)), now => now == state);
    }

    static async Task<(int ProcessId, string State)> LookAsync(NpgsqlDataSource dataSource)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(State, connection);
        return (connection.ProcessID, (string)(await command.ExecuteScalarAsync())!);
    }

    static NpgsqlDataSourceBuilder OnePlace(WireTap tap, bool isReset) => new(
        new NpgsqlConnectionStringBuilder(tap.ConnectionString) { MaxPoolSize = 1, NoResetOnClose = !isReset }.ConnectionString);

    string Limited() => new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Username = "limited", Password = "limited" }.ConnectionString;

    // Which there are depends on the server's version.
    async Task<string[]> LimitsAsync() => (string[])(await _server.ExecuteAsync(
        "SELECT array_agg(name) FROM pg_settings WHERE name IN ('idle_session_timeout', 'statement_timeout', 'transaction_timeout', 'lock_timeout')"))!;
}
