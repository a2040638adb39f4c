using NATS.Client.Core;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Listening;
using Rx.PgNotify.Nats.Connections;
using Rx.PgNotify.Nats.Diagnostics;
using Rx.PgNotify.Nats.Protocol;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Nats.Receiving;

/// <summary>The one source of a listener over NATS: one session after the other.</summary>
#pragma warning disable CA1001 // a token source without timer and links needs no disposal, and a late call may still cancel it
sealed class NatsListenConnection : IListenConnection
#pragma warning restore CA1001
{
    readonly INatsConnection _nats;
    readonly NatsListenerOptions _options;
    readonly ListenerPumpContext _pump;
    readonly Subjects _subjects;
    readonly string _replies;
    readonly PermissionErrors _permissions;
    readonly BridgeQuestions _questions;
    readonly ConnectionAttempt _connecting;
    readonly EpochFence _fence = new();
    readonly ReceiverMetrics _metrics;
    readonly CancellationTokenSource _abort = new();

    internal NatsListenConnection(INatsConnection nats, NatsListenerOptions options, ListenerPumpContext pump)
    {
        _nats = nats;
        _options = options;
        _pump = pump;
        _subjects = new Subjects(options.SubjectPrefix);
        _replies = RepliesOf(nats);
        _permissions = new PermissionErrors(
            publishes: subject => Subjects.IsAny(subject, _subjects.Asks, _subjects.Status),
            subscribes: subject => Subjects.IsAny(subject, _subjects.Announcements, _replies) || _subjects.IsChannel(subject),
            refused: _ => pump.Signal.Request());
        _connecting = new ConnectionAttempt(nats);
        _questions = new BridgeQuestions(nats, _subjects, options.AnswerTimeout, _permissions, _replies);
        _metrics = NatsMeter.Of(options.MeterFactory).Receivers(options.Name);
    }

    public Task AbortAsync() => _abort.CancelSafelyAsync();

    public (PgListenerError Error, string Message)? FindPermanent(Exception failure) => GivenUpConnection.FindRefusal(failure);

    // NATS.Net itself tries no further, so there is no use in waiting.
    public (PgListenerError Error, string Message)? FindFinal(Exception failure) => GivenUpConnection.Find(failure, _nats.Opts);

    public async Task<Exception?> RunAsync(Action listening)
    {
        ReceivingSession? session = null;
        // All else is tried anew. What answers come to is subscribed once for each connection, and an answer says that it works.
        _permissions.Forget(subject => !string.Equals(subject, _replies, StringComparison.Ordinal));
        _nats.ServerError += _permissions.OnServerErrorAsync;
        _nats.ConnectionDisconnected += _permissions.OnDisconnectedAsync;
        _nats.ConnectionDisconnected += OnConnectionChangedAsync;
        _nats.ConnectionOpened += OnConnectionChangedAsync;
        try
        {
            var abandon = new CancellationTokenSource();
            using var aborting = _abort.Token.UnsafeRegister(
                static abandon => _ = ((CancellationTokenSource)abandon!).CancelSafelyAsync(), abandon);
            var opening = OpenAsync(abandon.Token);
            await _pump.WhileWanted.WaitAsync(opening, abandon).ConfigureAwait(false);
            if (abandon.IsCancellationRequested)
            {
                _ = CloseWhenOpenedAsync(opening);
                return null;
            }

            session = await opening.ConfigureAwait(false);
            NatsLog.Found(_pump.Logger);
            await session.ServeAsync(listening).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            return e as NatsListenerException
                ?? new NatsListenerException(NatsListenerError.Unknown, $"Receiving over NATS failed: {ExceptionSummary.Of(e).TrimEnd('.')}.", e);
        }
        finally
        {
            _nats.ServerError -= _permissions.OnServerErrorAsync;
            _nats.ConnectionDisconnected -= _permissions.OnDisconnectedAsync;
            _nats.ConnectionDisconnected -= OnConnectionChangedAsync;
            _nats.ConnectionOpened -= OnConnectionChangedAsync;
            if (session is not null)
                await session.DisposeAsync().ConfigureAwait(false);
            _pump.Metrics.ConnectionClosed();
        }
    }

    // NATS.Net has one subscription of a connection for all answers. Other inboxes are the application's own.
    static string RepliesOf(INatsConnection nats)
    {
        var inbox = nats.NewInbox();
        return $"{inbox[..inbox.LastIndexOf('.')]}.*";
    }

    static async Task CloseWhenOpenedAsync(Task<ReceivingSession> opening)
    {
        await opening.IgnoreOutcomeAsync().ConfigureAwait(false);
        if (opening.IsCompletedSuccessfully)
            await (await opening.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }

    async Task<ReceivingSession> OpenAsync(CancellationToken cancellation)
    {
        await _connecting.WithinAsync(_options.AnswerTimeout, cancellation).ConfigureAwait(false);
        var session = new ReceivingSession(_nats, _subjects, _questions, _fence, _pump, _metrics, cancellation);
        try
        {
            await session.OpenAsync().ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // The session looks at the connection itself: the event may come late.
    ValueTask OnConnectionChangedAsync(object? sender, NatsEventArgs e)
    {
        _pump.Signal.Request();
        return default;
    }
}
