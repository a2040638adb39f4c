using System.Text.Json;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.Json;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>A property within a JSON document, which EF Core has written and reads by itself.</summary>
sealed class DocumentValueMember : Member
{
    readonly string _name;
    readonly JsonValueReaderWriter _reader;

    internal DocumentValueMember(IProperty property, string name, string owner)
        : base(property)
    {
        _name = name;
        _reader = property.GetJsonValueReaderWriter() ?? property.GetTypeMapping().JsonValueReaderWriter
            ?? throw new NotSupportedException($"{owner}.{property.Name} can't be read from JSON.");
    }

    // A document may be older than the property.
    internal override object? Read(JsonElement source)
    {
        if (!source.TryGetProperty(_name, out var json))
            return NotReported;
        if (json.ValueKind == JsonValueKind.Null)
            return null;
        try
        {
            return _reader.FromJsonString(json.GetRawText());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw UnreadableException.Of(_name, e);
        }
    }
}
