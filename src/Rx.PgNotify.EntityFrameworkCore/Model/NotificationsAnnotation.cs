using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.Model;

/// <summary>
/// What a model, or an entity type, says of change notifications: one annotation, so that a later call replaces all of an
/// earlier one; a string, which snapshots and compiled models can hold.
/// </summary>
static partial class NotificationsAnnotation
{
    internal const string Name = "Rx.PgNotify:ChangeNotifications";

    /// <summary>None, whatever the model, a base type or an owner says.</summary>
    internal const string None = "none";

    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    internal static string Write(ChangeNotificationsOptions options)
    {
        options.Validate();
        return JsonSerializer.Serialize(
            new Stored(
                options.Channel,
                options.Payload,
                Stored.List(options.Properties),
                options.IncludeOld,
                options.Operations == TableOperations.All ? null : options.Operations,
                Stored.List(options.PropertyFilter),
                Stored.List(options.KeyProperties),
                options.RowLevel,
                options.FireOnReplica),
            Json.Default.Stored);
    }

    /// <summary>Whether anything is said here.</summary>
    /// <param name="annotatable">A model or an entity type.</param>
    /// <param name="options"><see langword="null"/> for <see cref="None"/>.</param>
    internal static bool TryRead(IReadOnlyAnnotatable annotatable, out ChangeNotificationsOptions? options)
    {
        options = null;
        if (annotatable.FindAnnotation(Name)?.Value is not string value)
            return false;
        if (string.Equals(value, None, StringComparison.Ordinal))
            return true;
        var stored = JsonSerializer.Deserialize(value, Json.Default.Stored)!;
        options = new ChangeNotificationsOptions
        {
            Channel = stored.Channel,
            Payload = stored.Payload,
            Properties = stored.Properties ?? [],
            IncludeOld = stored.IncludeOld,
            Operations = stored.Operations ?? TableOperations.All,
            PropertyFilter = stored.PropertyFilter ?? [],
            KeyProperties = stored.KeyProperties ?? [],
            RowLevel = stored.RowLevel,
            FireOnReplica = stored.FireOnReplica,
        };
        return true;
    }

    // What is left at its default is left out.
    sealed record Stored(
        string? Channel, TriggerPayload Payload, string[]? Properties, bool IncludeOld, TableOperations? Operations, string[]? PropertyFilter,
        string[]? KeyProperties, bool RowLevel, bool FireOnReplica)
    {
        internal static string[]? List(IReadOnlyList<string> names) => names.Count == 0 ? null : [.. names];
    }

    [JsonSourceGenerationOptions(UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonSerializable(typeof(Stored))]
    sealed partial class Json : JsonSerializerContext;
}
