using System.Collections.Immutable;
using NATS.Client.Core;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>
/// What the NATS server has refused this connection, of what one side needs. The server reports that beside whatever was tried, which
/// then just gets no answer; and it reports what others try over the same connection, which is none of ours.
/// </summary>
/// <remarks>It does not report that something is permitted from now on: what is to be tried again has to be forgotten before.</remarks>
/// <param name="publishes">Whether this side publishes on a subject.</param>
/// <param name="subscribes">Whether it subscribes to one.</param>
/// <param name="refused">Is called for each subject of this side that is refused, on NATS.Net's thread for events.</param>
sealed class PermissionErrors(Func<string, bool> publishes, Func<string, bool> subscribes, Action<string> refused)
{
    ImmutableHashSet<string> _refused = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    internal ValueTask OnServerErrorAsync(object? sender, NatsServerErrorEventArgs e)
    {
        // Such as: Permissions Violation for Publish to "shop.ask", or for Subscription to "shop.bridge".
        if (e.Kind == NatsServerErrorKind.PermissionsViolation && e.Error.Split('"') is [var tried, var subject, ..]
            && (tried.Contains("publish", StringComparison.OrdinalIgnoreCase) ? publishes : subscribes)(subject)
            && ImmutableInterlocked.Update(ref _refused, (known, subject) => known.Add(subject), subject))
        {
            refused(subject);
        }

        return default;
    }

    /// <summary>Another connection may have other permissions. Its own refusals come later than the end of the one before.</summary>
    internal ValueTask OnDisconnectedAsync(object? sender, NatsEventArgs e)
    {
        Forget(_ => true);
        return default;
    }

    internal bool Refuses(string subject) => Volatile.Read(ref _refused).Contains(subject);

    /// <summary>This one is about to be tried anew, or has been with success.</summary>
    internal void Forget(string subject) => ImmutableInterlocked.Update(ref _refused, static (known, subject) => known.Remove(subject), subject);

    /// <summary>These are about to be tried anew.</summary>
    internal void Forget(Func<string, bool> subjects) => ImmutableInterlocked.Update(
        ref _refused, static (known, subjects) => known.Except(known.Where(subjects)), subjects);

    /// <exception cref="NatsListenerException">A subject was refused on this connection, which is none of a channel's.</exception>
    internal void ThrowIfAny(Subjects subjects)
    {
        if (Volatile.Read(ref _refused).FirstOrDefault(known => !subjects.IsChannel(known)) is { } subject)
            throw new NatsListenerException(NatsListenerError.PermissionDenied, $"The NATS server does not permit this user the subject {subject}.");
    }
}
