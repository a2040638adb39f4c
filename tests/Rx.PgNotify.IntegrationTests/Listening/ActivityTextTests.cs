using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>What <c>pg_stat_activity</c> shows of a listener that is idle: the text of its last statement says whose it is.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ActivityTextTests
{
    const string Library = "Rx.PgNotify";

    static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    readonly record struct Activity(string State, string Query, DateTime Since);

    [TestCase(1)]
    [TestCase(1_000)]
    public async Task RightAfterConnecting_TheTextNamesTheLibrary(int channels)
    {
        var application = UniqueChannel.Name("activity");
        await using var listener = Create(application, s_never);
        await Task.WhenAll(Enumerable.Range(0, channels).Select(i => listener.Channel($"{application} {i}").SubscribeAsync(_ => { })));

        Assert.That((await IdleAsync(application)).Query, Does.Contain(Library));
    }

    [Test]
    public async Task AfterAnUnlisten_TheTextNamesTheLibrary()
    {
        var application = UniqueChannel.Name("activity");
        await using var listener = Create(application, s_never);
        using var staying = await listener.Channel(application).SubscribeAsync(_ => { });
        var listened = await IdleAsync(application);
        (await listener.Channel($"{application} 2").SubscribeAsync(_ => { })).Dispose();
        await Eventually.BecomesAsync(() => IdleAsync(application), activity => activity.Query.Contains("UNLISTEN", StringComparison.Ordinal));

        var unlistened = await IdleAsync(application);
        Assert.That(unlistened.Since, Is.GreaterThan(listened.Since));
        Assert.That(unlistened.Query, Does.Contain(Library));
    }

    [Test]
    public async Task AfterAHeartbeat_TheTextNamesTheLibrary()
    {
        var application = UniqueChannel.Name("activity");
        await using var listener = Create(application, TimeSpan.FromSeconds(1));
        using var subscription = await listener.Channel(application).SubscribeAsync(_ => { });
        var connected = await IdleAsync(application);

        var asked = await Eventually.BecomesAsync(() => IdleAsync(application), activity => activity.Since > connected.Since);
        Assert.That(asked.Query, Does.Contain(Library));
    }

    [Test]
    public async Task AfterABurst_TheTextNamesTheLibrary()
    {
        const int count = 20_000;
        var application = UniqueChannel.Name("activity");
        await using var listener = Create(application, s_never);
        var recorder = new Recorder<Notification>();
        using var subscription = await listener.Channel(application).SubscribeAsync(recorder);
        var connected = await IdleAsync(application);

        await using var burst = TestServer.DataSource.CreateCommand(string.Create(
            CultureInfo.InvariantCulture, $"select count(pg_notify('{application}', n::text)) from generate_series(1, {count}) n"));
        await burst.ExecuteNonQueryAsync();
        await recorder.UntilCountAsync(count);

        var drained = await Eventually.BecomesAsync(() => IdleAsync(application), activity => activity.Since > connected.Since);
        Assert.That(drained.Query, Does.Contain(Library));
    }

    static PgListener Create(string application, TimeSpan heartbeat) => new(
        new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { ApplicationName = application }.ConnectionString,
        new PgListenerOptions { Heartbeat = heartbeat, Linger = TimeSpan.Zero });

    /// <summary>What is shown once the listener's backend has nothing to do.</summary>
    static Task<Activity> IdleAsync(string application) => Eventually.BecomesAsync(
        async () =>
        {
            await using var command = TestServer.DataSource.CreateCommand(
                "SELECT state, query, query_start FROM pg_stat_activity WHERE application_name = $1");
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = application });
            await using var reader = await command.ExecuteReaderAsync();
            return await reader.ReadAsync() ? new Activity(reader.GetString(0), reader.GetString(1), reader.GetDateTime(2)) : default;
        },
        activity => activity.State == "idle");
}
