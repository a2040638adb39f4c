using System.Text.Json.Serialization;

namespace OrderDesk;

/// <summary>How a row that the trigger sends becomes an <see cref="Order"/>: its columns have small letters.</summary>
[JsonSerializable(typeof(Order))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectRequiredConstructorParameters = true, // a column that is missing is a mistake, and not 0
    RespectNullableAnnotations = true)]
sealed partial class OrderJson : JsonSerializerContext;
