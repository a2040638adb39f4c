using System.Diagnostics;
using System.Globalization;
using NATS.Client.Core;
using Rx.PgNotify.Nats;

namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>
/// Some listeners, each with a connection of its own, as if each were a process: of a thousand real ones the machine would do nothing but
/// change from one to the other.
/// </summary>
/// <remarks>
/// <code>
/// join WAY LISTENERS CHANNELS SUBSCRIBERS   ok                         WAY is direct or bridged; all are acknowledged
/// count                                     ok RECEIVED DROPPED GAPS   of all subscribers together, since they joined
/// expect COUNT                              ok                         so many are to come, to the first subscriber
/// completed                                 ok TIME                    when the last of them arrived; 0 while some are to come
/// time COUNT                                ok                         the next ones are timed, for the first subscriber
/// times                                     ok [TIME…]                 when they arrived; nothing while some are to come
/// leave                                     ok
/// </code>
/// </remarks>
sealed class ReceivingRole(string connectionString, string nats) : IRole
{
    public const string ChannelPrefix = "scale";

    readonly List<IAsyncDisposable> _listeners = [];
    readonly List<SignalCounter> _counters = [];

    public async Task<IReadOnlyList<long>> DoAsync(string[] words)
    {
        switch (words)
        {
            case ["join", var way, var listeners, var channels, var subscribers]:
                var channelsOf = Enumerable.Range(0, Number(listeners)).Select(_ => Listen(way));
                await Task.WhenAll(channelsOf.ToList().Select(channel => SubscribeAsync(channel, Number(channels), Number(subscribers))));
                return [];
            case ["count"]:
                return [_counters.Sum(counter => counter.Received), _counters.Sum(counter => counter.Dropped), _counters.Sum(counter => counter.Gaps)];
            case ["expect", var count]:
                _counters[0].Expect(Number(count));
                return [];
            case ["completed"]:
                return [Nanoseconds(_counters[0].CompletedAt)];
            case ["time", var count]:
                _counters[0].Time(Number(count));
                return [];
            case ["times"]:
                return [.. (_counters[0].Times ?? []).Select(Nanoseconds)];
            case ["leave"]:
                await LeaveAsync();
                return [];
            default:
                throw new InvalidOperationException("This is no command.");
        }
    }

    public async ValueTask DisposeAsync() => await LeaveAsync();

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    static long Nanoseconds(long timestamp) => (long)(timestamp * (1e9 / Stopwatch.Frequency));

    Func<string, PgChannel> Listen(string way)
    {
        if (way == "direct")
        {
            var direct = new PgListener(connectionString);
            _listeners.Add(direct);
            return direct.Channel;
        }

        var connection = new NatsConnection(new NatsOpts { Url = nats });
        var bridged = new NatsListener(connection);
        _listeners.Add(bridged);
        _listeners.Add(connection);
        return bridged.Channel;
    }

    async Task SubscribeAsync(Func<string, PgChannel> channel, int channels, int subscribers)
    {
        var names = Enumerable.Range(0, channels).Select(n => string.Create(CultureInfo.InvariantCulture, $"{ChannelPrefix}{n}"));
        var subscriptions =
            from name in names
            from _ in Enumerable.Range(0, subscribers)
            select channel(name).Signals.SubscribeAsync(Counter());
        await Task.WhenAll(subscriptions.ToList());
    }

    SignalCounter Counter()
    {
        var counter = new SignalCounter();
        _counters.Add(counter);
        return counter;
    }

    async Task LeaveAsync()
    {
        foreach (var listener in _listeners)
            await listener.DisposeAsync();
        _listeners.Clear();
        _counters.Clear();
    }
}
