using NATS.Client.Core;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>
/// What the NATS server has refused this connection, of our subjects. It reports that beside whatever was tried, which then just gets no
/// answer.
/// </summary>
sealed class PermissionErrors(string prefix)
{
    // Replaced as a whole; read by whoever finds no answer.
    volatile string? _latest;

    internal ValueTask OnServerErrorAsync(object? sender, NatsServerErrorEventArgs e)
    {
        // Such as: Permissions Violation for Publish to "shop.ask". NATS.Net hands it on in lower case.
        if (e.Error.Contains("permissions violation", StringComparison.OrdinalIgnoreCase)
            && e.Error.Contains($"\"{prefix}.", StringComparison.OrdinalIgnoreCase))
        {
            _latest = e.Error;
        }

        return default;
    }

    /// <exception cref="NatsListenerException">Something was refused since the last call.</exception>
    internal void ThrowIfAny()
    {
        if (_latest is not { } error)
            return;
        _latest = null;
        throw new NatsListenerException(NatsListenerError.PermissionDenied, $"The NATS server refuses: {error}.");
    }
}
