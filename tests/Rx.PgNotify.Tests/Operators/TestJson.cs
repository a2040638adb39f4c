using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rx.PgNotify.Tests.Operators;

[JsonSerializable(typeof(Payloads.Order))]
[JsonSerializable(typeof(Payloads.CheckedOrder))]
[JsonSerializable(typeof(Payloads.Shape))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(JsonElement))]
sealed partial class TestJson : JsonSerializerContext;
