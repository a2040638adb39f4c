using System.Reactive.Linq;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.EntityFrameworkCore.Changes;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore;

public static partial class EntityObservable
{
    /// <summary>
    /// As <see cref="Changes{T}(PgListener, IModel, Action{Notification, JsonException}?)"/>, but the primary keys alone,
    /// such as a trigger with <see cref="TriggerPayload.Keys"/> reports: who may read the rows reads them.
    /// </summary>
    /// <remarks>
    /// Also over triggers that report rows, or columns with the key among them. A key has the type and the converter that the
    /// model gives it, also one in shadow state; one of several columns is a tuple in the order of the model. An update has
    /// the key as its <c>New</c>; one that changed the key is a deletion and an insertion.
    /// </remarks>
    /// <typeparam name="T">An entity type of the model with a table, or tables, of its own.</typeparam>
    /// <typeparam name="TKey">The type of its key's property, or a tuple of theirs: <c>(int Tenant, OrderId Id)</c>.</typeparam>
    /// <param name="listener">Who listens to the channel that the model names for the table.</param>
    /// <param name="model">The model, such as <c>context.Model</c>.</param>
    /// <param name="onMalformed">
    /// Takes a notification that could not be read and what is wrong with it, before the reload. Default
    /// <see langword="null"/>: there is the reload alone, of <see cref="ReloadReason.Malformed"/>.
    /// </param>
    /// <returns>The changes of keys.</returns>
    /// <exception cref="InvalidOperationException">
    /// <typeparamref name="T"/> is no entity type of the model, has no key or one of another type than
    /// <typeparamref name="TKey"/>, is spread over several tables or shares its table with others of its hierarchy, or its
    /// table has no notifications, or these don't report the key. The message names the entity and what to do.
    /// </exception>
    /// <inheritdoc cref="Changes{T}(PgListener, IModel, Action{Notification, JsonException}?)" path="/exception[not(contains(@cref,'InvalidOperation'))]"/>
    public static IObservable<TableChange<TKey>> ChangedKeys<T, TKey>(
        this PgListener listener, IModel model, Action<Notification, JsonException>? onMalformed = null)
        where T : class
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(listener);
        ArgumentNullException.ThrowIfNull(model);
        return EntityTable.Of(model, typeof(T))
            .Select(table => listener.ChangesOf(table, KeyReader<TKey>.Of(table).Read, onMalformed))
            .ToArray()
            .Merge();
    }
}
