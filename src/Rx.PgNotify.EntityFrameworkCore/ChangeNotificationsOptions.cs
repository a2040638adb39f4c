using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore;

/// <summary>
/// What the triggers of an entity type's tables report, and when: the options of a <see cref="TableTrigger"/>, with
/// properties in place of columns. A column that is renamed is followed.
/// </summary>
/// <remarks>
/// A property is named as it is in the model; of a complex or an owned type by its path, such as <c>Address.City</c>, or
/// all of them by <c>Address</c>. What is stored as JSON is one column: name the property that holds it. Of an entity
/// type with several tables each table takes those properties that it stores.
/// </remarks>
public sealed class ChangeNotificationsOptions
{
    /// <summary>
    /// Where to send: 1 to 63 bytes of UTF-8. Default <see langword="null"/>: for each table the channel that is called
    /// exactly like the table, in upper and lower case too.
    /// </summary>
    public string? Channel { get; set; }

    /// <summary>
    /// What a notification says. Default <see cref="TriggerPayload.Bare"/>, nothing of any row: whoever may listen may
    /// not be one who may read the table. It is enough for live queries.
    /// </summary>
    public TriggerPayload Payload { get; set; }

    /// <summary>
    /// The properties reported, and only with <see cref="TriggerPayload.Columns"/>. Default: none. Exactly these are
    /// reported; a key has to be among them to be reported.
    /// </summary>
    public IReadOnlyList<string> Properties { get; set; } = [];

    /// <summary>
    /// Whether an update also reports the row as it was; with <see cref="TriggerPayload.Columns"/> or
    /// <see cref="TriggerPayload.Rows"/>. Default <see langword="false"/>. A deleted row is reported in any case.
    /// </summary>
    public bool IncludeOld { get; set; }

    /// <summary>Which operations are reported. Default <see cref="TableOperations.All"/>, which a live query needs; at least one.</summary>
    public TableOperations Operations { get; set; } = TableOperations.All;

    /// <summary>
    /// The properties that matter to an update: one that changes none of them, in any row, is not reported. Default:
    /// none, every update is reported.
    /// </summary>
    /// <remarks>
    /// A live query refuses a table with a filter, as it would miss changes of the other properties. A filter is for
    /// <c>Changes</c>, and for whoever listens to the channel itself.
    /// </remarks>
    public IReadOnlyList<string> PropertyFilter { get; set; } = [];

    /// <summary>
    /// The properties that identify a row: of a unique key, and required. Default: none, which means the primary key.
    /// Without one, <see cref="TriggerPayload.Keys"/> and <see cref="PropertyFilter"/> need them here.
    /// </summary>
    public IReadOnlyList<string> KeyProperties { get; set; } = [];

    /// <summary>
    /// Whether each row is a notification of its own. Default <see langword="false"/>: one for each statement, however
    /// many rows.
    /// </summary>
    /// <remarks>Costs a bulk statement many times its own time, and the listeners as many notifications.</remarks>
    public bool RowLevel { get; set; }

    /// <summary>
    /// Whether rows that logical replication applies are reported too. Default <see langword="false"/>. Needs
    /// <see cref="RowLevel"/>: replication fires no trigger of a statement.
    /// </summary>
    public bool FireOnReplica { get; set; }

    internal IEnumerable<string> NamedProperties => Properties.Concat(PropertyFilter).Concat(KeyProperties);

    /// <exception cref="ArgumentException">They contradict each other, or one is out of range.</exception>
    internal void Validate()
    {
        Require(Enum.IsDefined(Payload), nameof(Payload), "one of the defined values");
        Require(
            Operations != TableOperations.None && (Operations & ~TableOperations.All) == TableOperations.None, nameof(Operations),
            "one or more of the defined operations");
        RequireNames(Properties, nameof(Properties));
        RequireNames(PropertyFilter, nameof(PropertyFilter));
        RequireNames(KeyProperties, nameof(KeyProperties));
        Require(Payload == TriggerPayload.Columns == Properties.Count > 0, nameof(Properties), "given if the payload is Columns, and only then");
        Require(!IncludeOld || Payload > TriggerPayload.Keys, nameof(IncludeOld), "off unless the payload is Columns or Rows");
        Require(
            PropertyFilter.Count == 0 || Operations.HasFlag(TableOperations.Update), nameof(PropertyFilter), "empty unless updates are reported");
        Require(!FireOnReplica || RowLevel, nameof(FireOnReplica), "off unless the triggers are row-level: replication fires no others");
    }

    static void RequireNames(IReadOnlyList<string>? names, string option)
    {
        ArgumentNullException.ThrowIfNull(names, option);
        Require(!names.Any(string.IsNullOrWhiteSpace), option, "names of properties");
        Require(names.Distinct(StringComparer.Ordinal).Count() == names.Count, option, "free of duplicates");
    }

    static void Require(bool holds, string option, string rule)
    {
        if (!holds)
            throw new ArgumentException($"{nameof(ChangeNotificationsOptions)}.{option} must be {rule}.", option);
    }
}
