using System.Globalization;
using System.Reactive.Linq;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.IntegrationTests.Servers;

/// <summary>What an administrator may have set for the listener's role (<c>ALTER ROLE … SET</c>).</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class RoleDefaultsTests
{
    PostgresServer _server = null!;

    [OneTimeSetUp]
    public async Task StartServerAsync() => _server = await TestServer.StartOwnAsync();

    [OneTimeTearDown]
    public ValueTask StopServerAsync() => _server.DisposeAsync();

    [Test]
    public async Task TimeLimitsOfStatementsTransactionsAndLocks_DoNotEndASilentListener()
    {
        const string application = "limited in time";
        await using var listener = new PgListener(
            await RoleWithAsync("statement_timeout = '1s'", "idle_in_transaction_session_timeout = '1s'", "lock_timeout = '1s'")
            + $";Application Name={application}");
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = channel.Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        // One backend all the time: one that was replaced would begin its silence anew.
        await Eventually.IsTrueAsync(
            async () => await _server.ExecuteAsync($"""
                select exists (
                  select from pg_stat_activity
                  where application_name = '{application}' and state = 'idle' and state_change < clock_timestamp() - interval '2.5 s')
                """) is true,
            expectation: "the backend should be silent for a while");
        await _server.NotifyAsync(channel.Name, "after the silence");
        await recorder.UntilCountAsync(2);

        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "after the silence" }));
    }

    [TestCase("search_path = 'no such schema', ''")]
    [TestCase("default_transaction_read_only = on")]
    [TestCase("default_transaction_isolation = 'serializable'")]
    [TestCase("default_transaction_deferrable = on")]
    [TestCase("standard_conforming_strings = off")]
    [TestCase("client_encoding = 'LATIN1'")]
    public async Task AnUnusualDefault_DoesNotDisturbTheListening(string setting)
    {
        await using var listener = new PgListener(await RoleWithAsync(setting));
        var channel = listener.Channel(UniqueChannel.Name("日本"));
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = channel.Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();
        await _server.NotifyAsync(channel.Name, "日本");
        await recorder.UntilCountAsync(2);
        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "日本" }));
    }

    [Test]
    public async Task AmongSeveralHosts_APrimaryWhereTheRoleOnlyReads_IsAPrimary()
    {
        var connection = new NpgsqlConnectionStringBuilder(await RoleWithAsync("default_transaction_read_only = on"))
        {
            Host = $"127.0.0.1:1,127.0.0.1:{_server.Port.ToString(CultureInfo.InvariantCulture)}",
        };
        await using var listener = new PgListener(connection.ConnectionString);
        using var subscription = await listener.Channel("a").SubscribeAsync(_ => { }).WaitAsync(Eventually.Deadline);
        Assert.That(await listener.State.FirstAsync(state => state is ListenerState.Listening), Is.Not.Null);
    }

    [Test]
    public async Task ARoleWhoseSessionsMayNotBeIdle_ListensInSilenceAllTheSame()
    {
        var application = UniqueChannel.Name();
        await using var listener = new PgListener(
            $"{await RoleWithAsync("idle_session_timeout = '1s'")};Application Name={application}");
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<ChannelSignal>();
        using var subscription = channel.Signals.Subscribe(recorder);
        await recorder.UntilSubscribedAsync();

        await Eventually.IsTrueAsync(
            async () => true.Equals(await _server.ExecuteAsync(
                $"SELECT bool_or(clock_timestamp() - backend_start > '2.5 s') IS TRUE FROM pg_stat_activity WHERE application_name = '{application}'")),
            expectation: "its one backend should live on");
        await _server.NotifyAsync(channel.Name, "heard");
        await recorder.UntilCountAsync(2);
        Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "heard" }));
        Assert.That(recorder.Items.Resyncs().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task ManyChannels_AreListenedTo_WhenTheSearchPathOffersFalseFunctions()
    {
        await _server.ExecuteAsync(
            """
            create schema false_friends;
            create function false_friends.format(text, text) returns text language sql as $$ select 'select 1' $$;
            create function false_friends.pg_backend_pid() returns int language sql as $$ select 1 $$;
            create function false_friends.pg_is_in_recovery() returns boolean language sql as $$ select true $$;
            create function false_friends.pg_notify(text, text) returns void language sql as $$ $$;
            grant usage on schema false_friends to public;
            """);
        await using var listener = new PgListener(await RoleWithAsync("search_path = false_friends, pg_catalog"));
        var prefix = UniqueChannel.Name("f");
        var recorders = Enumerable.Range(0, 100).Select(_ => new Recorder<ChannelSignal>()).ToList();
        var subscriptions = recorders.Select((recorder, i) => listener.Channel($"{prefix}_{i}").Signals.Subscribe(recorder)).ToList();
        foreach (var recorder in recorders)
            await recorder.UntilSubscribedAsync();

        await _server.NotifyAsync($"{prefix}_99", "through");
        await recorders[99].UntilCountAsync(2);

        Assert.That(recorders[99].Items.Payloads(), Is.EqualTo(new[] { "through" }));
        subscriptions.ForEach(subscription => subscription.Dispose());
    }

    async Task<string> RoleWithAsync(params IReadOnlyList<string> settings)
    {
        var role = UniqueChannel.Name("role");
        await _server.ExecuteAsync($"create role {role} login password 'p'");
        foreach (var setting in settings)
            await _server.ExecuteAsync($"alter role {role} set {setting}");
        return new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Username = role, Password = "p" }.ConnectionString;
    }
}
