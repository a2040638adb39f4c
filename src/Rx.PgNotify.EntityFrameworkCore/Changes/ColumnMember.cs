using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>A property with a column of its own.</summary>
sealed class ColumnMember : Member
{
    readonly Func<JsonElement, object?> _read;
    readonly bool _isNullable;
    readonly bool _isMadeByTheDatabase;
    readonly bool _isJson;

    ColumnMember(IProperty property, string column, Func<JsonElement, object?> read)
        : base(property)
    {
        (Column, _read, _isNullable) = (column, read, property.IsNullable);
        _isMadeByTheDatabase = property.ValueGenerated == ValueGenerated.OnAddOrUpdate;
        _isJson = property.GetRelationalTypeMapping().StoreType is "json" or "jsonb";
    }

    internal string Column { get; }

    internal static ColumnMember Of(IProperty property, string column, string owner)
    {
        var mapping = property.GetRelationalTypeMapping();
        var read = ColumnReader.Of(mapping) ?? throw new NotSupportedException(
            $"{owner}.{property.Name} ({mapping.ClrType.Name}, {mapping.StoreType}) can't be read from a notification: give it a conversion to a "
            + $"type that can, such as string, or leave it out with {nameof(TriggerPayload)}.{nameof(TriggerPayload.Columns)} and {nameof(ChangeNotificationsOptions.Properties)}.");
        return new ColumnMember(property, column, read);
    }

    // A trigger has neither xmin nor virtual generated columns.
    internal override object? Read(JsonElement source)
    {
        if (!source.TryGetProperty(Column, out var json))
            return _isMadeByTheDatabase ? NotReported : throw UnreadableException.Missing(Column);
        // JSON's own null looks the same, and can be meant only where the column has no other.
        if (json.ValueKind == JsonValueKind.Null && (_isNullable || !_isJson))
            return _isNullable ? null : throw UnreadableException.Null(Column);
        try
        {
            return _read(json);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw UnreadableException.Of(Column, e);
        }
    }
}
