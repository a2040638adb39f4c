using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rx.PgNotify.Operators;

/// <summary>Parses payloads, and hands over those that are malformed.</summary>
sealed class JsonPayloadParser<T>
{
    readonly JsonTypeInfo<T> _typeInfo;
    readonly Action<Notification, JsonException> _onMalformed;

    JsonPayloadParser(JsonTypeInfo<T> typeInfo, Action<Notification, JsonException> onMalformed)
    {
        _typeInfo = typeInfo;
        _onMalformed = onMalformed;
    }

    internal static JsonPayloadParser<T> Create(
        JsonTypeInfo<T> typeInfo, Action<Notification, JsonException> onMalformed)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        ArgumentNullException.ThrowIfNull(onMalformed);
        return new JsonPayloadParser<T>(typeInfo, onMalformed);
    }

    internal bool TryParse(Notification notification, [MaybeNullWhen(false)] out T value)
    {
        var error = Parse(notification.Payload, out var parsed);
        value = parsed!;
        if (error is null)
            return true;
        _onMalformed(notification, error);
        return false;
    }

    internal bool TryParse(ChannelSignal signal, out ChannelSignal<T> parsed)
    {
        parsed = ChannelSignal<T>.WithoutValue(signal);
        if (!signal.IsNotification)
            return true;
        if (!TryParse(signal.Notification, out var value))
            return false;
        parsed = ChannelSignal.From(signal.Channel, value, signal.Notification.ProcessId);
        return true;
    }

    JsonException? Parse(string payload, out T? value)
    {
        value = default;
        try
        {
            value = JsonSerializer.Deserialize(payload, _typeInfo);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return WithoutPayload(e);
        }

        return value is null && !typeof(T).IsValueType
            ? new JsonException($"The payload is JSON null, not a {typeof(T)}.")
            : null;
    }

    // The serializer's messages and paths quote names and literals of the payload, and a converter's whatever it likes.
    internal static JsonException WithoutPayload(Exception error)
    {
        var message = $"The payload cannot be read as JSON of the type {typeof(T)}";
        return error switch
        {
            JsonException { LineNumber: { } line, BytePositionInLine: { } position } =>
                new JsonException($"{message}. LineNumber: {line} | BytePositionInLine: {position}.", null, line, position),
            JsonException => new JsonException($"{message}."),
            _ => new JsonException($"{message}: {error.GetType().Name}."),
        };
    }
}
