namespace Rx.PgNotify.TestFixtures;

/// <summary>What arrives on a channel of its own at the shared server, and on other channels if asked.</summary>
sealed class Arrivals : IAsyncDisposable
{
    const string Marker = "that was all";

    readonly PgListener _listener;
    readonly string _connectionString;
    readonly Recorder<Notification> _recorder = new();
    readonly List<IDisposable> _subscriptions = [];

    Arrivals(string connectionString)
    {
        _connectionString = connectionString;
        _listener = new PgListener(connectionString);
    }

    /// <summary>The name of the first channel.</summary>
    public string Channel { get; } = UniqueChannel.Name();

    public PgChannel Source => _listener.Channel(Channel);

    public static async Task<Arrivals> ListenAsync(string? connectionString = null, params string[] others)
    {
        var arrivals = new Arrivals(connectionString ?? TestServer.ConnectionString);
        foreach (var name in others.Prepend(arrivals.Channel))
            arrivals._subscriptions.Add(await arrivals._listener.Channel(name).SubscribeAsync(arrivals._recorder.OnNext, _ => { }));
        return arrivals;
    }

    public Task UntilCountAsync(int count) => Eventually.IsTrueAsync(() => _recorder.Count >= count, expectation: $"{count} notifications");

    /// <summary>What has arrived before something that is sent now.</summary>
    public async Task<IReadOnlyList<Notification>> AllAsync()
    {
        var marker = $"{Marker} {Guid.NewGuid()}";
        await SqlExtensions.ExecuteAsync(_connectionString, $"SELECT pg_notify('{Channel}', '{marker}')");
        await Eventually.IsTrueAsync(() => _recorder.Items.Any(item => item.Payload == marker), expectation: "the marker");
        return [.. _recorder.Items.TakeWhile(item => item.Payload != marker).Where(item => !item.Payload.StartsWith(Marker, StringComparison.Ordinal))];
    }

    public async Task<IReadOnlyList<string>> PayloadsAsync() => [.. (await AllAsync()).Select(item => item.Payload)];

    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions)
            subscription.Dispose();
        await _listener.DisposeAsync();
    }
}
