using System.Diagnostics.CodeAnalysis;
using System.Reactive.Linq;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rx.PgNotify.Operators;

namespace Rx.PgNotify;

public static partial class PgObservable
{
    /// <summary>
    /// The payloads as values of <typeparamref name="T"/>. One that is malformed goes to <paramref name="onMalformed"/>
    /// and never ends the stream.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Malformed is every payload that does not become a value: what is no JSON, what does not fit
    /// <typeparamref name="T"/>, what a converter, constructor or property of it refuses with whatever exception, and JSON
    /// <c>null</c> where <typeparamref name="T"/> is a reference type.
    /// </para>
    /// <para>
    /// Works on the source's thread. Nothing is found by reflection, so it is fit for ahead-of-time compilation. The exact
    /// semantics stand in the documentation of the operators.
    /// </para>
    /// </remarks>
    /// <typeparam name="T">What a payload is parsed to.</typeparam>
    /// <param name="source">Where the notifications come from.</param>
    /// <param name="typeInfo">How to parse, from a source-generated <c>JsonSerializerContext</c>, whose options apply.</param>
    /// <param name="onMalformed">
    /// Takes a malformed notification and what is wrong with it: for the serializer's own errors where (line and byte),
    /// else the type of what was thrown. The exception never quotes the payload and has no inner one, which might; the
    /// notification holds all of it. What this callback throws ends the subscription, as if the observer had thrown it.
    /// </param>
    /// <returns>The values, in order.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IObservable<T> ParseJson<T>(
        this IObservable<Notification> source,
        JsonTypeInfo<T> typeInfo,
        Action<Notification, JsonException> onMalformed)
    {
        ArgumentNullException.ThrowIfNull(source);
        var parser = JsonPayloadParser<T>.Create(typeInfo, onMalformed);
        return Observable.Create<T>(
            observer => new ParsingSink<Notification, T>(observer, parser.TryParse).SubscribeTo(source));
    }

    /// <summary>
    /// <see cref="ParseJson{T}(IObservable{Notification}, JsonTypeInfo{T}, Action{Notification, JsonException})"/> for
    /// the signals of one or several channels: every Resync stays where it is.
    /// </summary>
    /// <returns>The values and the Resyncs, in order.</returns>
    /// <inheritdoc cref="ParseJson{T}(IObservable{Notification}, JsonTypeInfo{T}, Action{Notification, JsonException})" path="/*[self::remarks or self::typeparam or self::param or self::exception]"/>
    public static IObservable<ChannelSignal<T>> ParseJson<T>(
        this IObservable<ChannelSignal> source,
        JsonTypeInfo<T> typeInfo,
        Action<Notification, JsonException> onMalformed)
    {
        ArgumentNullException.ThrowIfNull(source);
        var parser = JsonPayloadParser<T>.Create(typeInfo, onMalformed);
        return Observable.Create<ChannelSignal<T>>(
            observer => new ParsingSink<ChannelSignal, ChannelSignal<T>>(observer, parser.TryParse).SubscribeTo(source));
    }

    /// <summary>
    /// <see cref="ParseJson{T}(IObservable{Notification}, JsonTypeInfo{T}, Action{Notification, JsonException})"/> with what
    /// reflection finds of <typeparamref name="T"/>. Not for applications that are trimmed or published ahead of time.
    /// </summary>
    /// <remarks>
    /// Upper and lower case of names don't count, and what a constructor needs and the payload lacks is malformed. For names such as
    /// <c>ship_to</c> there is the overload with options.
    /// </remarks>
    /// <param name="source">Where the notifications come from.</param>
    /// <param name="onMalformed">Takes a malformed notification and what is wrong with it, as there.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be read from JSON.</exception>
    /// <inheritdoc cref="ParseJson{T}(IObservable{Notification}, JsonTypeInfo{T}, Action{Notification, JsonException})" path="/*[self::typeparam or self::returns]"/>
    [RequiresUnreferencedCode(ReflectedTypeInfo.Warning)]
    [RequiresDynamicCode(ReflectedTypeInfo.Warning)]
    public static IObservable<T> ParseJson<T>(
        this IObservable<Notification> source, Action<Notification, JsonException> onMalformed) =>
        source.ParseJson(ReflectedTypeInfo.Of<T>(), onMalformed);

    /// <summary>
    /// <see cref="ParseJson{T}(IObservable{Notification}, JsonTypeInfo{T}, Action{Notification, JsonException})"/> with what
    /// reflection finds of <typeparamref name="T"/>. Not for applications that are trimmed or published ahead of time.
    /// </summary>
    /// <param name="source">Where the notifications come from.</param>
    /// <param name="options">How to parse, such as a naming policy. They are read-only from now on.</param>
    /// <param name="onMalformed">Takes a malformed notification and what is wrong with it, as there.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be read from JSON.</exception>
    /// <inheritdoc cref="ParseJson{T}(IObservable{Notification}, JsonTypeInfo{T}, Action{Notification, JsonException})" path="/*[self::typeparam or self::returns]"/>
    [RequiresUnreferencedCode(ReflectedTypeInfo.Warning)]
    [RequiresDynamicCode(ReflectedTypeInfo.Warning)]
    public static IObservable<T> ParseJson<T>(
        this IObservable<Notification> source, JsonSerializerOptions options, Action<Notification, JsonException> onMalformed) =>
        source.ParseJson(ReflectedTypeInfo.Of<T>(options), onMalformed);

    /// <summary>
    /// <see cref="ParseJson{T}(IObservable{ChannelSignal}, JsonTypeInfo{T}, Action{Notification, JsonException})"/> with what
    /// reflection finds of <typeparamref name="T"/>. Not for applications that are trimmed or published ahead of time.
    /// </summary>
    /// <remarks>
    /// Upper and lower case of names don't count, and what a constructor needs and the payload lacks is malformed. For names such as
    /// <c>ship_to</c> there is the overload with options.
    /// </remarks>
    /// <param name="source">Where the signals come from.</param>
    /// <param name="onMalformed">Takes a malformed notification and what is wrong with it, as there.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be read from JSON.</exception>
    /// <inheritdoc cref="ParseJson{T}(IObservable{ChannelSignal}, JsonTypeInfo{T}, Action{Notification, JsonException})" path="/*[self::typeparam or self::returns]"/>
    [RequiresUnreferencedCode(ReflectedTypeInfo.Warning)]
    [RequiresDynamicCode(ReflectedTypeInfo.Warning)]
    public static IObservable<ChannelSignal<T>> ParseJson<T>(
        this IObservable<ChannelSignal> source, Action<Notification, JsonException> onMalformed) =>
        source.ParseJson(ReflectedTypeInfo.Of<T>(), onMalformed);

    /// <summary>
    /// <see cref="ParseJson{T}(IObservable{ChannelSignal}, JsonTypeInfo{T}, Action{Notification, JsonException})"/> with what
    /// reflection finds of <typeparamref name="T"/>. Not for applications that are trimmed or published ahead of time.
    /// </summary>
    /// <param name="source">Where the signals come from.</param>
    /// <param name="options">How to parse, such as a naming policy. They are read-only from now on.</param>
    /// <param name="onMalformed">Takes a malformed notification and what is wrong with it, as there.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be read from JSON.</exception>
    /// <inheritdoc cref="ParseJson{T}(IObservable{ChannelSignal}, JsonTypeInfo{T}, Action{Notification, JsonException})" path="/*[self::typeparam or self::returns]"/>
    [RequiresUnreferencedCode(ReflectedTypeInfo.Warning)]
    [RequiresDynamicCode(ReflectedTypeInfo.Warning)]
    public static IObservable<ChannelSignal<T>> ParseJson<T>(
        this IObservable<ChannelSignal> source, JsonSerializerOptions options, Action<Notification, JsonException> onMalformed) =>
        source.ParseJson(ReflectedTypeInfo.Of<T>(options), onMalformed);
}
