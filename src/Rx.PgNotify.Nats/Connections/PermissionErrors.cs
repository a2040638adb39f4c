using System.Collections.Immutable;
using NATS.Client.Core;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>
/// What the NATS server has refused this connection, of our subjects and of those for replies. It reports that beside whatever was tried,
/// which then just gets no answer.
/// </summary>
sealed class PermissionErrors(INatsConnection nats, string prefix)
{
    // Replaced as a whole, by NATS.Net's one thread for events.
    volatile ImmutableHashSet<string> _refused = ImmutableHashSet.Create<string>(StringComparer.OrdinalIgnoreCase);

    internal ValueTask OnServerErrorAsync(object? sender, NatsServerErrorEventArgs e)
    {
        // Such as: Permissions Violation for Publish to "shop.ask". NATS.Net may hand it on in lower case.
        if (e.Error.Contains("permissions violation", StringComparison.OrdinalIgnoreCase)
            && e.Error.Split('"') is [_, var subject, ..]
            && (IsBelow(subject, prefix) || IsBelow(subject, nats.Opts.InboxPrefix)))
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

    static bool IsBelow(string subject, string prefix) => subject.StartsWith($"{prefix}.", StringComparison.OrdinalIgnoreCase);
}
