using System.Text.Json;
using Microsoft.EntityFrameworkCore.Storage;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>Reads PostgreSQL arrays of one dimension.</summary>
abstract class ArrayReader
{
    /// <returns><see langword="null"/> if the elements, or what is to hold them, can't be had.</returns>
    internal static Func<JsonElement, object>? Of(Type type, RelationalTypeMapping mapping)
    {
        if (mapping.ElementTypeMapping is not RelationalTypeMapping elements || ElementType(type) is not { } elementType)
            return null;
        // A collection with a converter holds what its elements are converted from.
        var bareType = Nullable.GetUnderlyingType(elementType) ?? elementType;
        var read = bareType == ColumnReader.ProviderType(elements) ? ColumnReader.OfProvider(bareType, elements) : ColumnReader.Of(elements);
        if (read is null || Container(type, elementType) is not { } container)
            return null;
        var reader = (ArrayReader)Activator.CreateInstance(typeof(Elements<>).MakeGenericType(elementType), read, container, type.IsArray)!;
        return reader.Read;
    }

    internal abstract object Read(JsonElement json);

    static Type? ElementType(Type type) => type.IsArray
        ? type.GetArrayRank() == 1 ? type.GetElementType() : null
        : type.GetInterfaces().Append(type)
            .FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];

    // An array begins as a list, too.
    static Type? Container(Type type, Type elementType)
    {
        var list = typeof(List<>).MakeGenericType(elementType);
        if (type.IsArray || type.IsAssignableFrom(list))
            return list;
        var isCollection = typeof(ICollection<>).MakeGenericType(elementType).IsAssignableFrom(type);
        return isCollection && type.GetConstructor(Type.EmptyTypes) is not null ? type : null;
    }

    sealed class Elements<T>(Func<JsonElement, object?> read, Type container, bool isArray) : ArrayReader
    {
        internal override object Read(JsonElement json)
        {
            var elements = (ICollection<T>)Activator.CreateInstance(container)!;
            foreach (var element in json.EnumerateArray())
                elements.Add(element.ValueKind == JsonValueKind.Null ? Null() : (T)read(element)!);
            return isArray ? elements.ToArray() : elements;
        }

        static T Null() => default(T) is null ? default! : throw new InvalidCastException();
    }
}
