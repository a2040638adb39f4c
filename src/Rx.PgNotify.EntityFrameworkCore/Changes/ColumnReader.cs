using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Numerics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using NpgsqlTypes;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>How a column's value is read from the JSON that PostgreSQL's <c>row_to_json</c> makes of it.</summary>
/// <remarks>
/// Numbers and booleans are JSON's, but for <c>NaN</c> and infinities; arrays and documents are nested; everything else is a
/// string, dates and times in ISO 8601, the rest as PostgreSQL shows it.
/// </remarks>
static class ColumnReader
{
    /// <summary>Reads what is not null; <see langword="null"/> for a type that can't be read.</summary>
    internal static Func<JsonElement, object?>? Of(RelationalTypeMapping mapping)
    {
        var read = OfProvider(ProviderType(mapping), mapping);
        if (read is null || mapping.Converter is not { } converter)
            return read;
        return json => converter.ConvertFromProvider(read(json));
    }

    /// <summary>What Npgsql gives for a column, before the converter.</summary>
    internal static Type ProviderType(RelationalTypeMapping mapping)
    {
        var type = mapping.Converter?.ProviderClrType ?? mapping.ClrType;
        return Nullable.GetUnderlyingType(type) ?? type;
    }

    internal static Func<JsonElement, object>? OfProvider(Type type, RelationalTypeMapping mapping)
    {
        if (mapping.StoreType.EndsWith("[]", StringComparison.Ordinal))
            return ArrayReader.Of(type, mapping);
        return mapping.StoreTypeNameBase switch
        {
            "json" or "jsonb" => Document(type),
            "hstore" => Dictionary(type),
            "money" => null, // as the writer's lc_monetary has it
            _ when type.IsEnum => EnumLabels.Reader(type, mapping),
            var storeType => Number(type) ?? TextOf(type, storeType) ?? RangeReader.Of(type, storeType),
        };
    }

    /// <summary>How a value is read that PostgreSQL shows as text.</summary>
    internal static Func<string, object>? Text(Type type, string storeType) => (Type.GetTypeCode(type), storeType) switch
    {
        (TypeCode.String, _) => text => text,
        (TypeCode.Char, _) => text => text[0],
        (TypeCode.Int32, _) => text => int.Parse(text, CultureInfo.InvariantCulture),
        (TypeCode.Int64, _) => text => long.Parse(text, CultureInfo.InvariantCulture),
        (TypeCode.UInt32, _) => text => uint.Parse(text, CultureInfo.InvariantCulture),
        (TypeCode.UInt64, _) => text => ulong.Parse(text, CultureInfo.InvariantCulture),
        (TypeCode.Decimal, _) => text => decimal.Parse(text, CultureInfo.InvariantCulture),
        (TypeCode.Double, _) => text => double.Parse(text, CultureInfo.InvariantCulture),
        (TypeCode.Single, _) => text => float.Parse(text, CultureInfo.InvariantCulture),
        (TypeCode.DateTime, "date" or "daterange" or "datemultirange") => text => DateTimeText.Day(text),
        (TypeCode.DateTime, "timestamp without time zone" or "timestamp" or "tsrange" or "tsmultirange") => text => DateTimeText.Timestamp(text),
        (TypeCode.DateTime, "timestamp with time zone" or "timestamptz" or "tstzrange" or "tstzmultirange") => text => DateTimeText.Instant(text),
        (TypeCode.Object, _) => Structure(type, storeType),
        _ => null,
    };

    static Func<JsonElement, object>? TextOf(Type type, string storeType) =>
        Text(type, storeType) is { } parse ? json => parse(json.GetString()!) : null;

    static Func<string, object>? Structure(Type type, string storeType) => (type, storeType) switch
    {
        _ when type == typeof(Guid) => text => Guid.Parse(text),
        _ when type == typeof(DateOnly) => text => DateTimeText.Date(text),
        _ when type == typeof(TimeOnly) => text => TimeOnly.Parse(text, CultureInfo.InvariantCulture),
        (_, "time with time zone" or "timetz") when type == typeof(DateTimeOffset) => text => DateTimeText.TimeOfZone(text),
        _ when type == typeof(DateTimeOffset) => text => DateTimeText.InstantOffset(text),
        (_, "interval") when type == typeof(TimeSpan) => text => DateTimeText.Interval(text),
        (_, "time without time zone" or "time") when type == typeof(TimeSpan) => text => DateTimeText.Time(text),
        _ when type == typeof(byte[]) => text => Bytes(text),
        _ when type == typeof(BitArray) => text => new BitArray([.. text.Select(bit => bit is '1')]),
        _ when type == typeof(BigInteger) => text => BigInteger.Parse(text, CultureInfo.InvariantCulture),
        // Npgsql drops the mask, too.
        _ when type == typeof(IPAddress) => text => IPAddress.Parse(text.Split('/')[0]),
        _ when type == typeof(IPNetwork) => text => IPNetwork.Parse(text),
        _ when type == typeof(NpgsqlInet) => text => new NpgsqlInet(text),
        _ when type == typeof(PhysicalAddress) => text => PhysicalAddress.Parse(text),
        _ when type == typeof(NpgsqlPoint) => text => Point(text.Trim('(', ')').Split(',')),
        _ when type == typeof(NpgsqlLogSequenceNumber) => text => NpgsqlLogSequenceNumber.Parse(text),
#pragma warning disable CS0618 // obsolete for what people write; this is what the server has made of it
        _ when type == typeof(NpgsqlTsVector) => text => NpgsqlTsVector.Parse(text),
#pragma warning restore CS0618
        _ when type == typeof(LTree) => text => new LTree(text),
        _ => null,
    };

    static Func<JsonElement, object>? Number(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => null,
        TypeCode.Boolean => json => json.GetBoolean(),
        TypeCode.Byte => json => json.GetByte(),
        TypeCode.SByte => json => json.GetSByte(),
        TypeCode.Int16 => json => json.GetInt16(),
        TypeCode.UInt16 => json => json.GetUInt16(),
        TypeCode.Int32 => json => json.GetInt32(),
        TypeCode.Int64 => json => json.GetInt64(),
        // xid, oid and the like are strings.
        TypeCode.UInt32 => json => uint.Parse(Plain(json), CultureInfo.InvariantCulture),
        TypeCode.UInt64 => json => ulong.Parse(Plain(json), CultureInfo.InvariantCulture),
        TypeCode.Decimal => json => json.GetDecimal(),
        TypeCode.Single => json => float.Parse(Plain(json), CultureInfo.InvariantCulture),
        TypeCode.Double => json => double.Parse(Plain(json), CultureInfo.InvariantCulture),
        _ when type == typeof(BigInteger) => json => BigInteger.Parse(Plain(json), CultureInfo.InvariantCulture),
        _ => null,
    };

    static string Plain(JsonElement json) => json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetRawText();

    static Func<JsonElement, object>? Document(Type type) => type switch
    {
        _ when type == typeof(string) => json => json.GetRawText(),
        _ when type == typeof(JsonDocument) => json => JsonDocument.Parse(json.GetRawText()),
        _ when type == typeof(JsonElement) => json => json.Clone(),
        _ => null,
    };

    static Func<JsonElement, object>? Dictionary(Type type)
    {
        if (type.IsAssignableFrom(typeof(Dictionary<string, string>)))
            return json => json.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!, StringComparer.Ordinal);
        return type == typeof(ImmutableDictionary<string, string>)
            ? json => json.EnumerateObject().ToImmutableDictionary(entry => entry.Name, entry => entry.Value.GetString()!, StringComparer.Ordinal)
            : null;
    }

    static NpgsqlPoint Point(string[] coordinates) =>
        new(double.Parse(coordinates[0], CultureInfo.InvariantCulture), double.Parse(coordinates[1], CultureInfo.InvariantCulture));

    // With bytea_output = escape it would be another form, which nobody uses any more.
    static byte[] Bytes(string text) => text.StartsWith(@"\x", StringComparison.Ordinal)
        ? Convert.FromHexString(text.AsSpan(2))
        : throw new FormatException();
}
