using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rx.PgNotify.Tool.Demo;

/// <summary>A row of the demo's table, as its trigger sends it.</summary>
sealed partial record Order(int Id, string Kind, string Status, decimal Amount)
{
    internal static Order Parse(string json) => JsonSerializer.Deserialize(json, Json.Default.Order)!;

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Order))]
    sealed partial class Json : JsonSerializerContext;
}
