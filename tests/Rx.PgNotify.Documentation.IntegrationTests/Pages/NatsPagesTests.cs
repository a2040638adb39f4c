using NATS.Client.Core;
using Rx.PgNotify.Nats;

namespace Rx.PgNotify.Documentation.IntegrationTests.Pages;

/// <summary>What the pages on NATS have to copy does what they say: the permissions, and the question who is at work.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class NatsPagesTests : IAsyncDisposable
{
    const string Prefix = "shop"; // that of the pages

    readonly CancellationTokenSource _end = new();
    NatsServer _server = null!;
    NatsConnection _ofTheBridge = null!;
    Task _running = Task.CompletedTask;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await NatsServer.StartAsync(Block("security.md", "text", "authorization {")
            .Replace("$BRIDGE_PASSWORD", "bridge", StringComparison.Ordinal)
            .Replace("$RECEIVER_PASSWORD", "receiver", StringComparison.Ordinal));
        _ofTheBridge = ConnectionOf("bridge");
        var bridge = new PgNatsBridge(TestServer.ConnectionString, _ofTheBridge, new() { SubjectPrefix = Prefix });
        _running = bridge.RunAsync(_end.Token);
        await Eventually.BecomesAsync(() => Task.FromResult(bridge.CurrentState), state => state is BridgeState.AtWork);
    }

    [Test, NonParallelizable]
    public async Task WithThePermissionsOfThePage_ReceiversHearTheBridge_AndCanNotForge()
    {
        var channel = UniqueChannel.Name();
        await using var nats = ConnectionOf("receiver");
        var refusals = new List<string>();
        nats.ServerError += (_, error) =>
        {
            lock (refusals)
                refusals.Add(error.Error);
            return default;
        };
        await using var listener = new NatsListener(nats, new() { SubjectPrefix = Prefix });
        var received = new Recorder<Notification>();
        using var subscription = await listener.Channel(channel).SubscribeAsync(received);

        await nats.PublishAsync($"{Prefix}.channel.{channel}", "forged");
        await nats.PublishAsync($"{Prefix}.bridge", "forged");
        await Eventually.IsTrueAsync(() => Refusals().Count(error => error.Contains("ublish to", StringComparison.Ordinal)) == 2);
        await TestServer.DataSource.NotifyAsync(channel, "true");

        await Eventually.IsTrueAsync(() => received.Items.Count > 0);
        Assert.That(received.Items.Select(notification => notification.Payload), Is.EqualTo(new[] { "true" }));
        Assert.That(Refusals(), Has.Count.EqualTo(2), "nothing that a receiver needs is refused");

        List<string> Refusals()
        {
            lock (refusals)
                return [.. refusals];
        }
    }

    [Test, NonParallelizable]
    public async Task TheStatementOfThePage_FindsWhoHasTheLock()
    {
        var found = await TestServer.Current.ExecuteAsync(
            $"SELECT string_agg(application_name, ',') FROM ({Block("nats.md", "sql", "SELECT pid").TrimEnd(';')}) AS holders");

        Assert.That(found, Is.EqualTo("Rx.PgNotify"));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        await _ofTheBridge.DisposeAsync();
        await _server.DisposeAsync();
        _end.Dispose();
    }

    NatsConnection ConnectionOf(string user) =>
        new(new NatsOpts { Url = _server.Url.Replace("://", $"://{user}:{user}@", StringComparison.Ordinal) });

    // The fenced block of a page that begins with these words.
    static string Block(string page, string language, string beginning)
    {
        var lines = File.ReadAllLines(Path.Combine(RepositoryFolder.Path, "docs", page));
        var first = Array.FindIndex(lines, line => line.StartsWith(beginning, StringComparison.Ordinal));
        Assert.That(lines[first - 1], Is.EqualTo($"```{language}"));
        return string.Join('\n', lines.Skip(first).TakeWhile(line => line != "```"));
    }
}
