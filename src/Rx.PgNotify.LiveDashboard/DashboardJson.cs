using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rx.PgNotify.LiveDashboard;

/// <summary>What goes to browsers, what comes from them, and what the trigger sends.</summary>
[JsonSerializable(typeof(OpenOrders))]
[JsonSerializable(typeof(ChangeRate))]
[JsonSerializable(typeof(LineStatus))]
[JsonSerializable(typeof(NewOrder))]
[JsonSerializable(typeof(RowsChanged))]
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
sealed partial class DashboardJson : JsonSerializerContext;
