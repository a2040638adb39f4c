using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>Lets the serializer read rows by the model.</summary>
/// <remarks>
/// One for each subscription, whose calls don't overlap: what could not be read is noted here, since of an exception that is
/// thrown in a converter only the type may be handed on, for the payload that its message may quote.
/// </remarks>
sealed class RowConverter<T>(Func<JsonElement, ReadRow<T>> read) : JsonConverter<ReadRow<T>>
{
    string? _unreadable;

    public override ReadRow<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var row = JsonDocument.ParseValue(ref reader);
        try
        {
            return read(row.RootElement);
        }
        catch (UnreadableException e)
        {
            _unreadable = e.Message;
            throw;
        }
    }

    public override void Write(Utf8JsonWriter writer, ReadRow<T> value, JsonSerializerOptions options) => throw new NotSupportedException();

    /// <summary>A handler that gets the column, too.</summary>
    internal Action<Notification, JsonException> NamingTheColumn(Action<Notification, JsonException>? onMalformed) => (notification, error) =>
    {
        var unreadable = Interlocked.Exchange(ref _unreadable, null);
        onMalformed?.Invoke(notification, unreadable is not null
            ? new JsonException(unreadable)
            : new JsonException("The payload cannot be read as that of a trigger.", path: null, error.LineNumber, error.BytePositionInLine));
    };
}
