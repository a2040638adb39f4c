using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>Reads objects of one type of the model from JSON objects: rows, parts of rows, or documents in a column.</summary>
sealed class StructureReader
{
    readonly Member[] _members;
    readonly Instantiation _instantiation;

    StructureReader(ITypeBase type, IEnumerable<Member> members)
    {
        _members = [.. members];
        _instantiation = Instantiation.Of(type, _members);
        foreach (var member in _members)
        {
            if (!_instantiation.Takes(member))
                member.FindSetter();
        }
    }

    internal static StructureReader OfRow(ITypeBase type, EntityTable table) => new(type, RowMembers(type, table));

    internal object Read(JsonElement source)
    {
        if (source.ValueKind != JsonValueKind.Object)
            throw new JsonException();
        var values = new object?[_members.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = _members[i].Read(source);

        var instance = _instantiation.Create(values);
        for (var i = 0; i < values.Length; i++)
        {
            if (!_instantiation.Takes(_members[i]) && values[i] != Member.NotReported)
                _members[i].Set(instance, values[i]);
        }

        return instance;
    }

    // What is in shadow state has no place in an object, and what is not reported no value.
    static IEnumerable<Member> RowMembers(ITypeBase type, EntityTable table)
    {
        foreach (var property in type.GetProperties())
        {
            if (!property.IsShadowProperty() && property.GetColumnName(table.Identifier) is { } column && table.Reports(column))
                yield return ColumnMember.Of(property, column, type.DisplayName());
        }

        foreach (var complex in type.GetComplexProperties())
        {
            if (complex.ComplexType.IsMappedToJson())
            {
                if (complex.ComplexType.GetContainerColumnName() is { } column && table.Reports(column))
                    yield return new DocumentMember(complex, column, complex.IsCollection, OfDocument(complex.ComplexType));
            }
            else if (PartMember.Of(complex, complex.ComplexType, complex.IsNullable, table) is { } part)
            {
                yield return part;
            }
        }

        foreach (var navigation in OwnedBy(type))
        {
            if (navigation.TargetEntityType.IsMappedToJson())
            {
                if (navigation.TargetEntityType.GetContainerColumnName() is { } column && table.Reports(column))
                    yield return new DocumentMember(navigation, column, navigation.IsCollection, OfDocument(navigation.TargetEntityType));
            }
            else if (!navigation.IsCollection
                && PartMember.Of(navigation, navigation.TargetEntityType, !navigation.ForeignKey.IsRequiredDependent, table) is { } part)
            {
                yield return part;
            }
        }
    }

    static StructureReader OfDocument(ITypeBase type) => new(type, DocumentMembers(type));

    static IEnumerable<Member> DocumentMembers(ITypeBase type)
    {
        foreach (var property in type.GetProperties())
        {
            if (!property.IsShadowProperty() && property.GetJsonPropertyName() is { } name)
                yield return new DocumentValueMember(property, name, type.DisplayName());
        }

        foreach (var complex in type.GetComplexProperties())
        {
            if (complex.GetJsonPropertyName() is { } name)
                yield return new DocumentMember(complex, name, complex.IsCollection, OfDocument(complex.ComplexType));
        }

        foreach (var navigation in OwnedBy(type))
        {
            if (navigation.TargetEntityType.GetJsonPropertyName() is { } name)
                yield return new DocumentMember(navigation, name, navigation.IsCollection, OfDocument(navigation.TargetEntityType));
        }
    }

    // Of an owned type the way back to its owner is not one of them.
    static IEnumerable<INavigation> OwnedBy(ITypeBase type) => type is IEntityType entity
        ? entity.GetNavigations().Where(navigation => navigation.ForeignKey.IsOwnership && !navigation.IsOnDependent)
        : [];
}
