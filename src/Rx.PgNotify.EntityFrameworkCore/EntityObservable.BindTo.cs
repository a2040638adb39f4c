using System.Collections.ObjectModel;
using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.EntityFrameworkCore.Binding;

namespace Rx.PgNotify.EntityFrameworkCore;

public static partial class EntityObservable
{
    /// <summary>
    /// Keeps a collection equal to the latest snapshot of entities, with as few changes as can be. Two are the same row
    /// if their primary keys are equal, as the model compares them.
    /// </summary>
    /// <remarks>
    /// All else is as with
    /// <see cref="PgObservable.BindTo{T, TKey}(IObservable{IReadOnlyList{T}}, ObservableCollection{T}, Func{T, TKey}, IEqualityComparer{TKey}?, IEqualityComparer{T}?, SynchronizationContext?, Action{Exception}?)"/>.
    /// An entity is a class, most of the time without an equality of its own: then each snapshot replaces every row, once.
    /// To spare the rows that are as they were, make it a record or pass a <paramref name="valueComparer"/> that
    /// compares what is shown.
    /// </remarks>
    /// <typeparam name="T">An entity type of the model, or the base of some, with a primary key whose properties it has.</typeparam>
    /// <param name="source">Where the snapshots come from, such as a live query. A snapshot must not change once it was emitted.</param>
    /// <param name="target">The collection to change.</param>
    /// <param name="model">The model, such as <c>context.Model</c>.</param>
    /// <param name="valueComparer">When a row with the same key has changed. Default: the type's own equality.</param>
    /// <param name="context">
    /// Where the collection is changed and <paramref name="onError"/> called. Default: the
    /// <see cref="SynchronizationContext"/> that is current at this call; if there is none, the source's thread.
    /// </param>
    /// <param name="onError">Takes the error that ended the binding. Default: it is thrown on the context, or else into the source.</param>
    /// <returns>Ends the binding.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="source"/>, <paramref name="target"/> or <paramref name="model"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// <typeparamref name="T"/> is no entity type of the model, or has no primary key, or one in shadow state, which an
    /// entity that no context tracks does not have: pass a key selector instead.
    /// </exception>
    public static IDisposable BindTo<T>(
        this IObservable<IReadOnlyList<T>> source,
        ObservableCollection<T> target,
        IModel model,
        IEqualityComparer<T>? valueComparer = null,
        SynchronizationContext? context = null,
        Action<Exception>? onError = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(model);
        return source.BindTo(target, KeySelector.Of<T>(model), valueComparer: valueComparer, context: context, onError: onError);
    }
}
