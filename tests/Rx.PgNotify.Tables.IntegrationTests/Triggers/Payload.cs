using System.Text.Json;

namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

/// <summary>Readings of a trigger's payload.</summary>
static class Payload
{
    /// <summary>Its entries, each behind the statement's operation; the operation alone if there are none.</summary>
    public static IEnumerable<string> Entries(string payload)
    {
        using var json = JsonDocument.Parse(payload);
        var op = json.RootElement.GetProperty("op").GetString();
        return json.RootElement.TryGetProperty("rows", out var rows)
            ? [.. rows.EnumerateArray().Select(row => $"{op} {row.GetRawText()}")]
            : [op!];
    }

    public static int Count(string payload)
    {
        using var json = JsonDocument.Parse(payload);
        return json.RootElement.GetProperty("count").GetInt32();
    }

    /// <summary>What it has besides what is always there: <c>rows</c>, <c>keys</c>, <c>altered</c> or nothing.</summary>
    public static string Kind(string payload)
    {
        using var json = JsonDocument.Parse(payload);
        return new[] { "rows", "keys", "altered" }.FirstOrDefault(kind => json.RootElement.TryGetProperty(kind, out _), "count");
    }
}
