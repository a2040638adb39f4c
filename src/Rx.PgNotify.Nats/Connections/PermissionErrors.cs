using System.Collections.Immutable;
using NATS.Client.Core;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>
/// What the NATS server has refused this connection, of what one side needs. The server reports that beside whatever was tried, which
/// then just gets no answer; and it reports what others try over the same connection, which is none of ours.
/// </summary>
/// <param name="publishes">Whether this side publishes on a subject.</param>
/// <param name="subscribes">Whether it subscribes to one.</param>
sealed class PermissionErrors(Func<string, bool> publishes, Func<string, bool> subscribes)
{
    // Replaced as a whole, by NATS.Net's one thread for events.
    volatile ImmutableHashSet<string> _refused = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    internal ValueTask OnServerErrorAsync(object? sender, NatsServerErrorEventArgs e)
    {
        // Such as: Permissions Violation for Publish to "shop.ask", or for Subscription to "shop.bridge".
        if (e.Kind == NatsServerErrorKind.PermissionsViolation && e.Error.Split('"') is [var tried, var subject, ..]
            && (tried.Contains("publish", StringComparison.OrdinalIgnoreCase) ? publishes : subscribes)(subject))
        {
            _refused = _refused.Add(subject);
        }

        return default;
    }

    /// <summary>A new connection may have other permissions.</summary>
    internal ValueTask OnConnectionOpenedAsync(object? sender, NatsEventArgs e)
    {
        _refused = _refused.Clear();
        return default;
    }

    internal bool Refuses(string subject) => _refused.Contains(subject);

    /// <exception cref="NatsListenerException">A subject was refused on this connection, which is none of a channel's.</exception>
    internal void ThrowIfAny(Subjects subjects)
    {
        if (_refused.FirstOrDefault(refused => !subjects.IsChannel(refused)) is { } subject)
            Throw(subject);
    }

    /// <exception cref="NatsListenerException">A subject was refused on this connection.</exception>
    internal void ThrowIfAny()
    {
        if (_refused.FirstOrDefault() is { } subject)
            Throw(subject);
    }

    static void Throw(string subject) =>
        throw new NatsListenerException(NatsListenerError.PermissionDenied, $"The NATS server does not permit this user the subject {subject}.");
}
