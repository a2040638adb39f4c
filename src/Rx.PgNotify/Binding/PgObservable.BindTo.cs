using System.Collections.ObjectModel;
using Rx.PgNotify.Binding;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// Keeps a collection, such as one a user interface shows, equal to the latest snapshot, with as few changes as can be:
    /// rows that are new are inserted, those that are gone are removed, those whose value changed are replaced, and as few
    /// as possible are moved.
    /// </summary>
    /// <remarks>
    /// <para>
    /// What the collection holds at first is taken for the snapshot before the first. Each insertion, removal, move and
    /// replacement raises one event; a row equal to its successor stays the instance it was, and a snapshot that is equal
    /// to the last raises none. It takes O(n log n), apart from the collection's own shifting of its rows.
    /// </para>
    /// <para>
    /// The changes are posted to <paramref name="context"/>, also from its own thread. While it is busy, snapshots
    /// overwrite each other and one post is pending at most: only the latest one is applied. Without a context they are
    /// made on the source's thread, before its <c>OnNext</c> returns. Change the collection elsewhere only on that same
    /// thread, never from its own <c>CollectionChanged</c>; the next snapshot undoes it.
    /// </para>
    /// <para>
    /// An error ends the binding, after the snapshot that came before it, and the collection keeps what it shows. Errors
    /// are those of the source, a snapshot with two equal keys or a null one, and what
    /// <paramref name="keySelector"/> and the comparers throw; of a snapshot that fails nothing is applied. What a handler
    /// of the collection's events throws ends the binding too and is thrown on. Completion leaves the collection as it is.
    /// </para>
    /// </remarks>
    /// <typeparam name="T">The type of the rows.</typeparam>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <param name="source">Where the snapshots come from. A snapshot must not change once it was emitted.</param>
    /// <param name="target">The collection to change.</param>
    /// <param name="keySelector">What makes a row the same row in the next snapshot; unique within a snapshot.</param>
    /// <param name="keyComparer">
    /// When two keys are the same; default <see cref="EqualityComparer{TKey}.Default"/>. It is not asked about
    /// <see langword="null"/>.
    /// </param>
    /// <param name="valueComparer">
    /// When a row with the same key has changed. Default: the type's own equality, so records compare by value, and a class
    /// without <c>Equals</c> is replaced in every snapshot.
    /// </param>
    /// <param name="context">
    /// Where the collection is changed and <paramref name="onError"/> called. Default: the
    /// <see cref="SynchronizationContext"/> that is current at this call; if there is none, the source's thread.
    /// </param>
    /// <param name="onError">
    /// Takes the error that ended the binding. Default: it is thrown on the context, or else into the source, as by a
    /// <c>Subscribe</c> without an error handler.
    /// </param>
    /// <returns>
    /// Ends the binding. Once <c>Dispose</c> has returned on the context's thread, or from inside an event of the
    /// collection, the collection changes no more; on another thread at most the one change under way is still seen.
    /// </returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="source"/>, <paramref name="target"/> or <paramref name="keySelector"/> is <see langword="null"/>.
    /// </exception>
    public static IDisposable BindTo<T, TKey>(
        this IObservable<IReadOnlyList<T>> source,
        ObservableCollection<T> target,
        Func<T, TKey> keySelector,
        IEqualityComparer<TKey>? keyComparer = null,
        IEqualityComparer<T>? valueComparer = null,
        SynchronizationContext? context = null,
        Action<Exception>? onError = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(keySelector);
        return new SnapshotBinding<T, TKey>(
            target,
            keySelector,
            keyComparer ?? EqualityComparer<TKey>.Default,
            valueComparer ?? EqualityComparer<T>.Default,
            context ?? SynchronizationContext.Current,
            onError).SubscribeTo(source);
    }
}
