using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Tables;

/// <summary>
/// What a <see cref="TableTrigger"/> reports, and when. Its constructor validates and copies the options: a change made
/// afterwards has no effect.
/// </summary>
public sealed class TableTriggerOptions
{
    /// <summary>
    /// What a notification says. Default <see cref="TriggerPayload.Bare"/>, nothing of any row: whoever may listen may
    /// not be one who may read the table.
    /// </summary>
    public TriggerPayload Payload { get; set; }

    /// <summary>
    /// The columns reported, and only with <see cref="TriggerPayload.Columns"/>: names as they are in the table, unquoted.
    /// Default: none. Exactly these are reported; a key has to be among them to be reported.
    /// </summary>
    public IReadOnlyList<string> Columns { get; set; } = [];

    /// <summary>
    /// Whether an update also reports the row as it was; with <see cref="TriggerPayload.Columns"/> or
    /// <see cref="TriggerPayload.Rows"/>. Default <see langword="false"/>. A deleted row is reported in any case.
    /// </summary>
    public bool IncludeOld { get; set; }

    /// <summary>Which operations are reported. Default <see cref="TableOperations.All"/>; at least one.</summary>
    public TableOperations Operations { get; set; } = TableOperations.All;

    /// <summary>
    /// The columns that matter to an update: one that changes none of them, in any row, is not reported. Default: none,
    /// every update is reported, also one that changes nothing. Values are compared as they are stored.
    /// </summary>
    public IReadOnlyList<string> ColumnFilter { get; set; } = [];

    /// <summary>
    /// The columns that identify a row: a unique key of columns that are not null, or the installation is refused (of
    /// triggers of rows it need not be unique). Default: none, which means the primary key. Without one,
    /// <see cref="TriggerPayload.Keys"/> and <see cref="ColumnFilter"/> need them here, and rows are reported without it.
    /// </summary>
    public IReadOnlyList<string> KeyColumns { get; set; } = [];

    /// <summary>
    /// Whether each row is a notification of its own. Default <see langword="false"/>: one for each statement, however
    /// many rows.
    /// </summary>
    /// <remarks>Costs a bulk statement many times its own time, and the listeners as many notifications.</remarks>
    public bool RowLevel { get; set; }

    /// <summary>
    /// Whether rows that logical replication applies are reported too, as are those of a session with
    /// <c>session_replication_role = replica</c>. Default <see langword="false"/>. Needs <see cref="RowLevel"/>:
    /// replication fires no trigger of a statement.
    /// </summary>
    public bool FireOnReplica { get; set; }

    /// <summary>Throws what the constructor of <see cref="TableTrigger"/> would throw of these options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <see cref="Payload"/> or <see cref="Operations"/> has no defined value: <see cref="ArgumentException.ParamName"/> is the option's name.
    /// </exception>
    /// <exception cref="ArgumentNullException">A list, or a name in it, is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// An option contradicts another, or has a name twice or one that can't be a column's: <see cref="ArgumentException.ParamName"/>
    /// is its name.
    /// </exception>
    public void Validate() => ValidatedCopy();

    internal bool ReportsRows => Payload >= TriggerPayload.Keys;

    internal IEnumerable<string> NamedColumns => Columns.Concat(ColumnFilter).Concat(KeyColumns);

    internal TableTriggerOptions ValidatedCopy()
    {
        if (!Enum.IsDefined(Payload))
            throw Invalid(nameof(Payload), Payload, "one of the defined values");
        if (Operations == TableOperations.None || (Operations & ~TableOperations.All) != TableOperations.None)
            throw Invalid(nameof(Operations), Operations, "one or more of the defined operations");
        var copy = (TableTriggerOptions)MemberwiseClone();
        copy.Columns = Checked(Columns, nameof(Columns));
        copy.ColumnFilter = Checked(ColumnFilter, nameof(ColumnFilter));
        copy.KeyColumns = Checked(KeyColumns, nameof(KeyColumns));

        Require(Payload == TriggerPayload.Columns == copy.Columns.Count > 0, nameof(Columns), "given if the payload is columns, and only then");
        Require(!IncludeOld || Payload > TriggerPayload.Keys, nameof(IncludeOld), "off unless the payload is columns or rows");
        Require(
            copy.ColumnFilter.Count == 0 || Operations.HasFlag(TableOperations.Update), nameof(ColumnFilter), "empty unless updates are reported");
        Require(!FireOnReplica || RowLevel, nameof(FireOnReplica), "off unless the triggers are row-level: replication fires no others");
        return copy;
    }

    static string[] Checked(IReadOnlyList<string>? columns, string option)
    {
        ArgumentNullException.ThrowIfNull(columns, option);
        var copy = columns.ToArray();
        foreach (var column in copy)
            SqlName.Validate(column, "A column's name", option);
        Require(copy.Distinct(StringComparer.Ordinal).Count() == copy.Length, option, "free of duplicates");
        return copy;
    }

    static void Require(bool holds, string option, string rule)
    {
        if (!holds)
            throw new ArgumentException($"{nameof(TableTriggerOptions)}.{option} must be {rule}.", option);
    }

    static ArgumentOutOfRangeException Invalid(string option, object value, string range) =>
        new(option, value, $"{nameof(TableTriggerOptions)}.{option} must be {range}.");
}
