using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Rx.PgNotify.Tool.IntegrationTests.Web;

/// <summary>Reads a dashboard's events as a browser does, and keeps the latest of each kind.</summary>
sealed class EventReader : IAsyncDisposable
{
    readonly ConcurrentDictionary<string, JsonElement> _latest = new();
    readonly CancellationTokenSource _ended = new();
    readonly HttpClient _client;
    readonly Task _reading;

    EventReader(HttpClient client, Stream events)
    {
        _client = client;
        _reading = Task.Run(() => ReadAsync(events));
    }

    /// <summary>Completes when the server ends the events.</summary>
    public Task Ended => _reading;

    public static async Task<EventReader> OpenAsync(Uri address)
    {
        var client = new HttpClient { BaseAddress = address };
        return new EventReader(client, await client.GetStreamAsync(new Uri("events", UriKind.Relative)));
    }

    public JsonElement? Latest(string kind) => _latest.TryGetValue(kind, out var latest) ? latest : null;

    public Task<JsonElement?> UntilAsync(string kind, Func<JsonElement, bool> expected, string expectation) => Eventually.BecomesAsync(
        () => Task.FromResult(Latest(kind)), latest => latest is { } value && expected(value), expectation: expectation);

    /// <summary>Waits until the newest orders are those of these customers, the newest first.</summary>
    public Task UntilNewestAsync(params string[] customers) =>
        UntilAsync("orders", orders => Customers(orders).SequenceEqual(customers), $"{customers.Length} orders, of {string.Join(", ", customers.Take(3))}");

    public Task UntilStateAsync(string state) =>
        UntilAsync("line", line => line.GetProperty("state").GetString() == state, $"the state {state}");

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _reading.ContinueWith(_ => { }, TaskScheduler.Default);
        _client.Dispose();
        _ended.Dispose();
    }

    static IEnumerable<string?> Customers(JsonElement orders) =>
        orders.GetProperty("newest").EnumerateArray().Select(order => order.GetProperty("customer").GetString());

    async Task ReadAsync(Stream events)
    {
        await foreach (var item in SseParser.Create(events).EnumerateAsync(_ended.Token))
            _latest[item.EventType] = JsonElement.Parse(item.Data);
    }
}
