using System.Text.Json.Serialization;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>What payloads are parsed to.</summary>
static class Payloads
{
    internal sealed record Order(int Id, string? Name = null);

    /// <summary>A type that is hard to please: what it refuses shows in each way that the serializer has.</summary>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed class CheckedOrder
    {
        public required int Id
        {
            get;
            set => field = value >= 0 ? value : throw new ArgumentException("not s3cret", nameof(value));
        }

        public string? Name { get; set; }

        public Dictionary<string, int>? Totals { get; set; }
    }

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
    [JsonDerivedType(typeof(Square), "square")]
    internal abstract record Shape;

    internal sealed record Square(int Side) : Shape;
}
