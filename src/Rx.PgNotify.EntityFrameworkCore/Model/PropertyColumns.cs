using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Model;

/// <summary>The columns of one table that store a property of an entity type.</summary>
/// <param name="Name">The column.</param>
/// <param name="Property">What it stores; <see langword="null"/> for a column of JSON.</param>
sealed record PropertyColumns(string Name, IReadOnlyProperty? Property)
{
    /// <summary>Finds them; none if the table stores nothing of it, or there is no such property.</summary>
    /// <param name="source">The entity type at which the property was named.</param>
    /// <param name="path">A property, or one of a complex or owned type after a point; such a type for all of its properties.</param>
    /// <param name="table">The table.</param>
    /// <param name="entityTypes">All entity types of the table.</param>
    /// <exception cref="InvalidOperationException">It is inside a column of JSON.</exception>
    internal static IEnumerable<PropertyColumns> Find(
        IReadOnlyEntityType source, string path, StoreObjectIdentifier table, IEnumerable<IReadOnlyEntityType> entityTypes)
    {
        var names = path.Split('.');
        return entityTypes
            .SelectMany(type => source.IsAssignableFrom(type) ? OfType(type, type, names, table)
                : OwnedPath(source, type) is { } prefix && names.Take(prefix.Length).SequenceEqual(prefix, StringComparer.Ordinal)
                    ? OfType(type, type, names[prefix.Length..], table)
                    : [])
            .DistinctBy(column => column.Name, StringComparer.Ordinal);
    }

    // Looked at through the entity type that the table belongs to: with a table for each concrete type, the declaring type
    // of an inherited property may have none, or another one.
    static IEnumerable<PropertyColumns> OfType(IReadOnlyTypeBase type, IReadOnlyEntityType root, string[] names, StoreObjectIdentifier table)
    {
        if (type.GetContainerColumnName() is { } json)
        {
            if (names.Length > 0)
                throw new InvalidOperationException(
                    $"'{type.DisplayName()}' is stored as JSON in column '{json}' of table '{table.DisplayName()}', which is reported and compared as a whole: name the property that holds it.");
            return IsIn(type, root, table) ? [new(json, null)] : [];
        }

        if (names.Length == 0)
            return MembersOf(type).SelectMany(name => OfType(type, root, [name], table));
        if (type.FindProperty(names[0]) is { } property)
            return names.Length == 1 && property.GetColumnName(table) is { } column ? [new(column, property)] : [];
        if (type.FindComplexProperty(names[0]) is { } complex)
            return OfType(complex.ComplexType, root, names[1..], table);
        return type is IReadOnlyEntityType entityType && entityType.FindNavigation(names[0]) is { } navigation && IsOwnedPart(navigation)
            ? OfType(navigation.TargetEntityType, root, names[1..], table)
            : [];
    }

    static IEnumerable<string> MembersOf(IReadOnlyTypeBase type)
    {
        var members = type.GetProperties().Select(property => property.Name).Concat(type.GetComplexProperties().Select(property => property.Name));
        return type is IReadOnlyEntityType entityType
            ? members.Concat(entityType.GetNavigations().Where(IsOwnedPart).Select(navigation => navigation.Name))
            : members;
    }

    static bool IsOwnedPart(IReadOnlyNavigation navigation) => navigation.ForeignKey.IsOwnership && !navigation.IsOnDependent;

    static bool IsIn(IReadOnlyTypeBase type, IReadOnlyEntityType root, StoreObjectIdentifier table) =>
        MappedTables.Of(type.ContainingEntityType).Contains(table)
        || string.Equals(root.GetMappingStrategy(), RelationalAnnotationNames.TpcMappingStrategy, StringComparison.Ordinal) && MappedTables.Of(root).Contains(table);

    static string[]? OwnedPath(IReadOnlyEntityType source, IReadOnlyEntityType owned)
    {
        if (owned.FindOwnership() is not { PrincipalToDependent: { } navigation } ownership)
            return null;
        if (source.IsAssignableFrom(ownership.PrincipalEntityType) || ownership.PrincipalEntityType.IsAssignableFrom(source))
            return [navigation.Name];
        return OwnedPath(source, ownership.PrincipalEntityType) is { } path ? [.. path, navigation.Name] : null;
    }
}
