using System.Text.Json;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>Reads the tool's JSON lines.</summary>
static class Json
{
    internal static JsonElement Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    internal static string Text(this JsonElement item, string name) => item.GetProperty(name).GetString()!;

    internal static bool Is(this JsonElement item, string name, string value) =>
        item.TryGetProperty(name, out var property) && property.ValueEquals(value);

    internal static bool IsType(string line, string type) => Parse(line).Is("type", type);

    internal static JsonElement[] OfType(IEnumerable<string> lines, string type) =>
        [.. lines.Where(line => IsType(line, type)).Select(Parse)];

    internal static bool IsSubscribed(string line, string channel) =>
        Parse(line) is var item && item.Is("type", "resync") && item.Is("channel", channel) && item.Is("reason", "subscribed");
}
