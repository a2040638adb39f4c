using System.Reactive.Linq;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// The notifications that pass a test, and every Resync. With <c>Where</c>, a Resync is easily filtered out, and the
    /// gap that it reports with it.
    /// </summary>
    /// <param name="source">The signals of one or several channels.</param>
    /// <param name="predicate">Whether a notification passes. What it throws ends the sequence with <c>OnError</c>.</param>
    /// <returns>The notifications that pass and the Resyncs, in order.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="source"/> or <paramref name="predicate"/> is <see langword="null"/>.
    /// </exception>
    public static IObservable<ChannelSignal> WhereNotification(
        this IObservable<ChannelSignal> source, Func<Notification, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(predicate);
        return source.Where(signal => !signal.IsNotification || predicate(signal.Notification));
    }

    /// <summary>The parsed values that pass a test, and every Resync.</summary>
    /// <typeparam name="T">What payloads were parsed to.</typeparam>
    /// <param name="source">The parsed signals of one or several channels.</param>
    /// <param name="predicate">Whether a value passes. What it throws ends the sequence with <c>OnError</c>.</param>
    /// <returns>The values that pass and the Resyncs, in order.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="source"/> or <paramref name="predicate"/> is <see langword="null"/>.
    /// </exception>
    public static IObservable<ChannelSignal<T>> WhereValue<T>(
        this IObservable<ChannelSignal<T>> source, Func<T, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(predicate);
        return source.Where(signal => !signal.IsValue || predicate(signal.Value));
    }
}
