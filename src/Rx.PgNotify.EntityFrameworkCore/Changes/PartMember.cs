using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>A complex type, or an owned one, that has columns in the row of its owner.</summary>
sealed class PartMember : Member
{
    readonly StructureReader _reader;
    readonly string[] _presence;
    readonly bool _areAllRequired;
    readonly Action<object, object?>? _owner;

    PartMember(IPropertyBase property, StructureReader reader, string[] presence, bool areAllRequired)
        : base(property)
    {
        (_reader, _presence, _areAllRequired) = (reader, presence, areAllRequired);
        _owner = property is INavigation { Inverse: { } inverse } ? SetterOf(inverse) : null;
    }

    /// <returns><see langword="null"/> if it is not in the table, or nothing of it is reported.</returns>
    internal static PartMember? Of(IPropertyBase property, ITypeBase type, bool isOptional, EntityTable table)
    {
        // Those of an owned type's key are its owner's.
        var key = (type as IEntityType)?.FindPrimaryKey()?.Properties ?? [];
        var own = PropertiesOf(type).Except(key)
            .Select(part => (part.IsNullable, Column: part.GetColumnName(table.Identifier)))
            .Where(part => part.Column is not null && table.Reports(part.Column))
            .ToArray();
        if (own.Length == 0)
            return null;
        var required = own.Where(part => !part.IsNullable).Select(part => part.Column!).ToArray();
        string[] presence = !isOptional ? [] : required.Length > 0 ? required : [.. own.Select(part => part.Column!)];
        return new PartMember(property, StructureReader.OfRow(type, table), presence, required.Length > 0);
    }

    internal override object? Read(JsonElement source) => IsAbsent(source) ? null : _reader.Read(source);

    internal override void Set(object instance, object? value)
    {
        base.Set(instance, value);
        if (value is not null)
            _owner?.Invoke(value, instance);
    }

    // As EF Core reads them: without one that is required, or else with nothing at all, there is no object.
    bool IsAbsent(JsonElement source) => _presence.Length > 0 && (_areAllRequired
        ? _presence.Any(column => IsNull(source, column))
        : _presence.All(column => IsNull(source, column)));

    static bool IsNull(JsonElement source, string column) =>
        !source.TryGetProperty(column, out var json) || json.ValueKind == JsonValueKind.Null;

    // A complex type that consists of others only is as present as they are.
    static IEnumerable<IProperty> PropertiesOf(ITypeBase type) =>
        type.GetProperties().Concat(type.GetComplexProperties().Where(complex => !complex.ComplexType.IsMappedToJson())
            .SelectMany(complex => PropertiesOf(complex.ComplexType)));
}
