using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rx.PgNotify.Operators;

/// <summary>How to parse, for who has no type information from the compiler: what reflection finds of a type.</summary>
static class ReflectedTypeInfo
{
    internal const string Warning = "Finds the type's members by reflection. Use the overload with a JsonTypeInfo<T>.";

    // PostgreSQL writes names in lower case. What is missing is malformed: an object of defaults would be no value of anybody's.
    static readonly JsonSerializerOptions s_forgivingNames = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>For the overloads without options.</summary>
    [RequiresUnreferencedCode(Warning)]
    [RequiresDynamicCode(Warning)]
    internal static JsonTypeInfo<T> Of<T>() => Of<T>(s_forgivingNames);

    [RequiresUnreferencedCode(Warning)]
    [RequiresDynamicCode(Warning)]
    internal static JsonTypeInfo<T> Of<T>(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.MakeReadOnly(populateMissingResolver: true); // as the serializer does at its first use
        return (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
    }
}
