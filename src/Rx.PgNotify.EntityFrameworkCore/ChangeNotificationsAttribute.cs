using System.Diagnostics.CodeAnalysis;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore;

/// <summary>
/// Asks for triggers on the table of this entity type, as <c>HasChangeNotifications</c> of its builder does, which wins
/// over it. Entity types derived from this one in the model do the same; a class whose base class is no entity type
/// does not inherit it.
/// </summary>
/// <remarks>Has an effect in contexts with <c>UseChangeNotifications</c>.</remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
[SuppressMessage("Performance", "CA1819:Properties should not return arrays", Justification = "An attribute has no other lists.")]
public sealed class ChangeNotificationsAttribute : Attribute
{
    /// <inheritdoc cref="ChangeNotificationsOptions.Channel"/>
    public string? Channel { get; set; }

    /// <inheritdoc cref="ChangeNotificationsOptions.Payload"/>
    public TriggerPayload Payload { get; set; }

    /// <inheritdoc cref="ChangeNotificationsOptions.Properties"/>
    public string[] Properties { get; set; } = [];

    /// <inheritdoc cref="ChangeNotificationsOptions.IncludeOld"/>
    public bool IncludeOld { get; set; }

    /// <inheritdoc cref="ChangeNotificationsOptions.Operations"/>
    public TableOperations Operations { get; set; } = TableOperations.All;

    /// <inheritdoc cref="ChangeNotificationsOptions.PropertyFilter"/>
    public string[] PropertyFilter { get; set; } = [];

    /// <inheritdoc cref="ChangeNotificationsOptions.KeyProperties"/>
    public string[] KeyProperties { get; set; } = [];

    /// <inheritdoc cref="ChangeNotificationsOptions.RowLevel"/>
    public bool RowLevel { get; set; }

    /// <inheritdoc cref="ChangeNotificationsOptions.FireOnReplica"/>
    public bool FireOnReplica { get; set; }

    internal ChangeNotificationsOptions ToOptions() => new()
    {
        Channel = Channel,
        Payload = Payload,
        Properties = Properties,
        IncludeOld = IncludeOld,
        Operations = Operations,
        PropertyFilter = PropertyFilter,
        KeyProperties = KeyProperties,
        RowLevel = RowLevel,
        FireOnReplica = FireOnReplica,
    };
}
