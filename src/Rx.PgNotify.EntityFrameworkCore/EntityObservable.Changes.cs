using System.Reactive.Linq;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.EntityFrameworkCore.Changes;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore;

public static partial class EntityObservable
{
    /// <summary>
    /// Each entity that was inserted, updated or deleted, by whomever, and a <see cref="TableChange{T}.Reload"/> wherever
    /// rows are not reported or may be missing, in commit order. The first one is a reload.
    /// </summary>
    /// <remarks>
    /// <para>
    /// <see cref="TableObservable.TableChanges{T}(PgChannel, System.Text.Json.Serialization.Metadata.JsonTypeInfo{T}, Action{Notification, JsonException})"/>
    /// read by the model: column names, converters, enums, arrays, complex and owned types, JSON documents, constructors,
    /// private members and inheritance in one table are those of the model, so that an entity is what a query would give,
    /// without what it relates to. No context tracks it, nothing of it is loaded later, and no navigation but an owned one
    /// of the same table is set. Columns that the trigger does not report stay at their default, as do those that
    /// the database makes on the spot: <c>xmin</c> and virtual generated columns.
    /// </para>
    /// <para>
    /// Whoever reads the table anew at each reload, and applies what comes afterwards by its key, is never wrong for good.
    /// Of a type that shares its table with others of its hierarchy only its own rows are reported; that a row became one of
    /// another type is reported as a deletion if the trigger reports the row as it was, else not at all. A hierarchy with a
    /// table for each concrete type is several tables, each with its own reloads, in no order between them.
    /// </para>
    /// <para>Works on the thread that delivers the channel. Any role may send on it: an entity is no proof of what the table holds.</para>
    /// </remarks>
    /// <typeparam name="T">An entity type of the model with a table, or tables, of its own.</typeparam>
    /// <param name="listener">Who listens to the channel that the model names for the table.</param>
    /// <param name="model">The model, such as <c>context.Model</c>.</param>
    /// <param name="onMalformed">
    /// Takes a notification that could not be read and what is wrong with it, before the reload; the exception names the
    /// column and never quotes the payload. What it throws ends the subscription, as if the observer had thrown it.
    /// Default <see langword="null"/>: there is the reload alone, of <see cref="ReloadReason.Malformed"/>.
    /// </param>
    /// <returns>The changes.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="listener"/> or <paramref name="model"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// <typeparamref name="T"/> is no entity type of the model, or is spread over several tables, or its table has no
    /// notifications, or these don't report what is needed. The message names the entity and what to do.
    /// </exception>
    /// <exception cref="NotSupportedException">A column's type can't be read from JSON. The message names the property.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public static IObservable<TableChange<T>> Changes<T>(
        this PgListener listener, IModel model, Action<Notification, JsonException>? onMalformed = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(listener);
        ArgumentNullException.ThrowIfNull(model);
        return EntityTable.Of(model, typeof(T))
            .Select(table => listener.ChangesOf(table, EntityReader<T>.Of(table).Read, onMalformed))
            .ToArray()
            .Merge();
    }
}
