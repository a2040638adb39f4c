using System.Reactive.Concurrency;
using NATS.Client.Core;
using Npgsql;
using Rx.PgNotify.Nats;
using Rx.PgNotify.Tool.CommandLine;

namespace Rx.PgNotify.Tool.Listening;

/// <summary>A listener, wherever its notifications come from.</summary>
sealed class ListenSource : IAsyncDisposable
{
    readonly Func<ValueTask> _close;

    ListenSource(IObservable<ListenerState> state, Func<string, PgChannel> channel, Func<ValueTask> close)
    {
        State = state;
        Channel = channel;
        _close = close;
    }

    internal IObservable<ListenerState> State { get; }

    internal Func<string, PgChannel> Channel { get; }

    /// <summary>May be called any number of times.</summary>
    public ValueTask DisposeAsync() => _close();

    /// <exception cref="UsageException">The connection's settings are refused.</exception>
    internal static ListenSource OverPostgres(NpgsqlConnectionStringBuilder connection, IScheduler delivery)
    {
        var listener = Usage.Check(() => new PgListener(connection.ConnectionString, new PgListenerOptions { DeliveryScheduler = delivery }));
        return new ListenSource(listener.State, listener.Channel, listener.DisposeAsync);
    }

    /// <param name="nats">The connection, which is closed with the listener.</param>
    /// <param name="prefix">The subjects' prefix; <see langword="null"/> for the usual one.</param>
    /// <param name="delivery">Where observers are called.</param>
    internal static ListenSource OverNats(NatsConnection nats, string? prefix, IScheduler delivery)
    {
        var options = new NatsListenerOptions { DeliveryScheduler = delivery };
        options.SubjectPrefix = prefix ?? options.SubjectPrefix;
        var listener = new NatsListener(nats, options);
        return new ListenSource(listener.State, listener.Channel, async () =>
        {
            await listener.DisposeAsync();
            await nats.DisposeAsync();
        });
    }
}
