using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rx.PgNotify.Operators;

namespace Rx.PgNotify.Tables;

public static partial class TableObservable
{
    /// <summary>
    /// <see cref="TableChanges{T}(IObservable{ChannelSignal}, JsonTypeInfo{T}, Action{Notification, JsonException})"/> with what
    /// reflection finds of <typeparamref name="T"/>. Not for applications that are trimmed or published ahead of time.
    /// </summary>
    /// <remarks>
    /// Upper and lower case of columns don't count, and a row that lacks what a constructor needs is malformed. For columns such
    /// as <c>ship_to</c> there is the overload with options.
    /// </remarks>
    /// <param name="source">The signals of the trigger's channel.</param>
    /// <param name="onMalformed">Takes a notification that could not be read and what is wrong with it, as there.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be read from JSON.</exception>
    /// <inheritdoc cref="TableChanges{T}(IObservable{ChannelSignal}, JsonTypeInfo{T}, Action{Notification, JsonException})" path="/*[self::typeparam or self::returns]"/>
    [RequiresUnreferencedCode(ReflectedTypeInfo.Warning)]
    [RequiresDynamicCode(ReflectedTypeInfo.Warning)]
    public static IObservable<TableChange<T>> TableChanges<T>(
        this IObservable<ChannelSignal> source, Action<Notification, JsonException> onMalformed) =>
        source.TableChanges(ReflectedTypeInfo.Of<T>(), onMalformed);

    /// <summary>
    /// <see cref="TableChanges{T}(IObservable{ChannelSignal}, JsonTypeInfo{T}, Action{Notification, JsonException})"/> with what
    /// reflection finds of <typeparamref name="T"/>. Not for applications that are trimmed or published ahead of time.
    /// </summary>
    /// <param name="source">The signals of the trigger's channel.</param>
    /// <param name="options">How to parse a row, such as a naming policy. They are read-only from now on.</param>
    /// <param name="onMalformed">Takes a notification that could not be read and what is wrong with it, as there.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be read from JSON.</exception>
    /// <inheritdoc cref="TableChanges{T}(IObservable{ChannelSignal}, JsonTypeInfo{T}, Action{Notification, JsonException})" path="/*[self::typeparam or self::returns]"/>
    [RequiresUnreferencedCode(ReflectedTypeInfo.Warning)]
    [RequiresDynamicCode(ReflectedTypeInfo.Warning)]
    public static IObservable<TableChange<T>> TableChanges<T>(
        this IObservable<ChannelSignal> source, JsonSerializerOptions options, Action<Notification, JsonException> onMalformed) =>
        source.TableChanges(ReflectedTypeInfo.Of<T>(options), onMalformed);

    /// <param name="channel">The trigger's channel, whose <see cref="PgChannel.Signals"/> are read.</param>
    /// <param name="onMalformed">Takes a notification that could not be read and what is wrong with it, as there.</param>
    /// <inheritdoc cref="TableChanges{T}(IObservable{ChannelSignal}, Action{Notification, JsonException})" path="/*[self::summary or self::remarks or self::typeparam or self::returns or self::exception]"/>
    [RequiresUnreferencedCode(ReflectedTypeInfo.Warning)]
    [RequiresDynamicCode(ReflectedTypeInfo.Warning)]
    public static IObservable<TableChange<T>> TableChanges<T>(
        this PgChannel channel, Action<Notification, JsonException> onMalformed) =>
        channel.TableChanges(ReflectedTypeInfo.Of<T>(), onMalformed);

    /// <param name="channel">The trigger's channel, whose <see cref="PgChannel.Signals"/> are read.</param>
    /// <param name="options">How to parse a row, such as a naming policy. They are read-only from now on.</param>
    /// <param name="onMalformed">Takes a notification that could not be read and what is wrong with it, as there.</param>
    /// <inheritdoc cref="TableChanges{T}(IObservable{ChannelSignal}, JsonSerializerOptions, Action{Notification, JsonException})" path="/*[self::summary or self::remarks or self::typeparam or self::returns or self::exception]"/>
    [RequiresUnreferencedCode(ReflectedTypeInfo.Warning)]
    [RequiresDynamicCode(ReflectedTypeInfo.Warning)]
    public static IObservable<TableChange<T>> TableChanges<T>(
        this PgChannel channel, JsonSerializerOptions options, Action<Notification, JsonException> onMalformed) =>
        channel.TableChanges(ReflectedTypeInfo.Of<T>(options), onMalformed);
}
