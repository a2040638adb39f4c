using NATS.Client.Core;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>Waits for a connection to NATS, within a limit: NATS.Net itself waits for one as long as it takes.</summary>
/// <remarks>Used by one loop. What was not waited for to its end is waited for the next time, so that nothing grows with the attempts.</remarks>
sealed class ConnectionAttempt(INatsConnection nats)
{
    Task _connecting = Task.CompletedTask;

    /// <exception cref="NatsListenerException">There is no connection.</exception>
    internal async Task WithinAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            if (_connecting.IsCompleted)
            {
                _connecting = nats.ConnectAsync().AsTask();
                _ = _connecting.IgnoreOutcomeAsync();
            }

            await _connecting.WaitAsync(limit, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw e is TimeoutException && !_connecting.IsCompleted
                ? new NatsListenerException(
                    NatsListenerError.NatsUnavailable, $"There is no connection to NATS at {nats.Address()}: none came about within {limit}.", e)
                : NatsFault.Of(What(e), e);
        }
    }

    string What(Exception failure)
    {
        if (nats.ConnectionState == NatsConnectionState.Failed)
            return $"There is no connection to NATS at {nats.Address()}, and NATS.Net has given it up for good";
        return NatsReason.IsRefusedLogIn(failure)
            ? $"NATS at {nats.Address()} refused the log-in"
            : $"There is no connection to NATS at {nats.Address()}";
    }
}
