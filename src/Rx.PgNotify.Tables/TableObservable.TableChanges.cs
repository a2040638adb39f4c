using System.Reactive.Linq;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rx.PgNotify.Operators;
using Rx.PgNotify.Tables.Changes;

namespace Rx.PgNotify.Tables;

public static partial class TableObservable
{
    /// <summary>
    /// What the triggers of a <see cref="TableTrigger"/> report: each row that was inserted, updated or deleted, and a
    /// <see cref="TableChange{T}.Reload"/> wherever rows are not reported or may be missing, in commit order. The first one
    /// is a reload.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A reload stands for each Resync, for a notification without rows (its trigger reports none, or they had no room), for
    /// <c>TRUNCATE</c>, and for a payload that can't be read, which therefore never ends the stream. Of a payload either
    /// all rows are handed on or a reload. Whoever reads the table anew at each reload, and applies what comes afterwards
    /// by its key, is never wrong for good. An update that gave a row another key is a deletion and an insertion.
    /// </para>
    /// <para>
    /// Any role may send on the channel: a row that was reported is no proof of what the table holds. Works on the source's
    /// thread. Nothing is found by reflection, so it is fit for ahead-of-time compilation.
    /// </para>
    /// </remarks>
    /// <typeparam name="T">What a row, or what the trigger reports of it, is parsed to.</typeparam>
    /// <param name="source">The signals of the trigger's channel.</param>
    /// <param name="typeInfo">How to parse, from a source-generated <c>JsonSerializerContext</c>, whose options apply.</param>
    /// <param name="onMalformed">
    /// Takes a notification that could not be read and what is wrong with it, before the reload; the exception never
    /// quotes the payload, and its position counts within the row. If this is called for each change, a column's JSON does
    /// not fit <typeparamref name="T"/>. What it throws ends the subscription, as if the observer had thrown it.
    /// </param>
    /// <returns>The changes.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IObservable<TableChange<T>> TableChanges<T>(
        this IObservable<ChannelSignal> source,
        JsonTypeInfo<T> typeInfo,
        Action<Notification, JsonException> onMalformed)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(typeInfo);
        ArgumentNullException.ThrowIfNull(onMalformed);
        var parser = new TableChangeParser<T>(typeInfo, onMalformed);
        return Observable.Create<IReadOnlyList<TableChange<T>>>(
                observer => new ParsingSink<ChannelSignal, IReadOnlyList<TableChange<T>>>(observer, parser.TryParse).SubscribeTo(source))
            .SelectMany(changes => changes);
    }

    /// <param name="channel">The trigger's channel, whose <see cref="PgChannel.Signals"/> are read.</param>
    /// <param name="typeInfo">How to parse, from a source-generated <c>JsonSerializerContext</c>, whose options apply.</param>
    /// <param name="onMalformed">
    /// Takes a notification that could not be read and what is wrong with it, before the reload. What it throws ends the
    /// subscription, as if the observer had thrown it.
    /// </param>
    /// <inheritdoc cref="TableChanges{T}(IObservable{ChannelSignal}, JsonTypeInfo{T}, Action{Notification, JsonException})" path="/*[self::summary or self::remarks or self::typeparam or self::returns or self::exception]"/>
    public static IObservable<TableChange<T>> TableChanges<T>(
        this PgChannel channel, JsonTypeInfo<T> typeInfo, Action<Notification, JsonException> onMalformed)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.Signals.TableChanges(typeInfo, onMalformed);
    }
}
