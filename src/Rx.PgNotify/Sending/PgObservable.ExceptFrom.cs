using System.Reactive.Linq;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>The notifications that do not come from a notifier of one's own.</summary>
    /// <remarks>
    /// They are known by the process id of the notifier's backend, the present one and those of the last minute: one that
    /// is delivered more than a minute after its connection was lost passes, since by then its id may be another's. Source
    /// and notifier must be of the same server. Behind a connection pooler it is not known who sends, and all pass.
    /// </remarks>
    /// <param name="source">The notifications of one or several channels.</param>
    /// <param name="notifier">Whose notifications are left out.</param>
    /// <returns>The others, on the threads and in the order of <paramref name="source"/>.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="source"/> or <paramref name="notifier"/> is <see langword="null"/>.
    /// </exception>
    public static IObservable<Notification> ExceptFrom(this IObservable<Notification> source, PgNotifier notifier)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(notifier);
        return source.Where(notification => !notifier.IsOwn(notification.ProcessId));
    }

    /// <summary>The notifications that do not come from a notifier of one's own, and every Resync.</summary>
    /// <inheritdoc cref="ExceptFrom(IObservable{Notification}, PgNotifier)" path="/*[self::remarks or self::param or self::returns or self::exception]"/>
    public static IObservable<ChannelSignal> ExceptFrom(this IObservable<ChannelSignal> source, PgNotifier notifier)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(notifier);
        return source.WhereNotification(notification => !notifier.IsOwn(notification.ProcessId));
    }

    /// <summary>The parsed values that do not come from a notifier of one's own, and every Resync.</summary>
    /// <typeparam name="T">What payloads were parsed to.</typeparam>
    /// <inheritdoc cref="ExceptFrom(IObservable{Notification}, PgNotifier)" path="/*[self::remarks or self::param or self::returns or self::exception]"/>
    public static IObservable<ChannelSignal<T>> ExceptFrom<T>(this IObservable<ChannelSignal<T>> source, PgNotifier notifier)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(notifier);
        return source.Where(signal => !signal.IsValue || !notifier.IsOwn(signal.ProcessId));
    }
}
