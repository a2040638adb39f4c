using System.Text.Json;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>A complex type, or an owned one, that is a JSON document in a column or within another, or an array of them.</summary>
sealed class DocumentMember : Member
{
    readonly string _name;
    readonly StructureReader _reader;
    readonly IClrCollectionAccessor? _collection;
    readonly Action<object, object?>? _owner;

    internal DocumentMember(IPropertyBase property, string name, bool isCollection, StructureReader reader)
        : base(property)
    {
        (_name, _reader) = (name, reader);
        _collection = isCollection ? property.GetCollectionAccessor() : null;
        _owner = property is INavigation { Inverse: { } inverse } ? SetterOf(inverse) : null;
    }

    internal override object? Read(JsonElement source)
    {
        if (!source.TryGetProperty(_name, out var json))
            return NotReported;
        if (json.ValueKind == JsonValueKind.Null)
            return null;
        try
        {
            return _collection is null ? _reader.Read(json) : ReadAll(json, _collection);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw UnreadableException.Of(_name, e);
        }
    }

    internal override void Set(object instance, object? value)
    {
        base.Set(instance, value);
        if (_owner is null || value is null)
            return;
        if (_collection is null)
            _owner(value, instance);
        else
            foreach (var item in (System.Collections.IEnumerable)value)
                _owner(item, instance);
    }

    object ReadAll(JsonElement json, IClrCollectionAccessor collection)
    {
        var all = collection.Create();
        foreach (var item in json.EnumerateArray())
            collection.AddStandalone(all, _reader.Read(item));
        return all;
    }
}
