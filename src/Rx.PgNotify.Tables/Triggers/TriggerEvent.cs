using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Tables.Triggers;

/// <summary>One trigger of a table: PostgreSQL allows a trigger with transition tables one event only.</summary>
sealed record TriggerEvent(TableOperations Operation, bool IsOfRow, string Name)
{
    internal static IEnumerable<TriggerEvent> Of(TableTrigger trigger) =>
        from operation in new[] { TableOperations.Insert, TableOperations.Update, TableOperations.Delete, TableOperations.Truncate }
        where trigger.ValidOptions.Operations.HasFlag(operation)
        let isOfRow = trigger.ValidOptions.RowLevel && operation != TableOperations.Truncate
        select new TriggerEvent(operation, isOfRow, trigger.Names.Trigger(operation, isOfRow));

    /// <summary>What makes it on <c>relation</c>: expressions of the script.</summary>
    internal IEnumerable<string> Statements(TableTrigger trigger)
    {
        var name = SqlName.Quote(Name);
        yield return $"{SqlText.Literal($"CREATE OR REPLACE TRIGGER {name} AFTER {Operation.ToString().ToUpperInvariant()} ON ")} || relation"
            + $" || {SqlText.Literal($" {Transition(trigger.ValidOptions)}{Level(trigger.ValidOptions)} EXECUTE FUNCTION {trigger.Names.Function}()")}";
        if (trigger.ValidOptions.FireOnReplica)
            yield return $"'ALTER TABLE ' || relation || {SqlText.Literal($" ENABLE ALWAYS TRIGGER {name}")}";
    }

    string Transition(TableTriggerOptions options) => Operation switch
    {
        _ when IsOfRow => "",
        TableOperations.Insert => "REFERENCING NEW TABLE AS changed_rows ",
        TableOperations.Update when options.ReportsRows || options.ColumnFilter.Count > 0 =>
            "REFERENCING NEW TABLE AS changed_rows OLD TABLE AS old_rows ",
        TableOperations.Update => "REFERENCING NEW TABLE AS changed_rows ",
        TableOperations.Delete => "REFERENCING OLD TABLE AS changed_rows ",
        _ => "",
    };

    string Level(TableTriggerOptions options) => (IsOfRow, Operation) switch
    {
        (false, _) => "FOR EACH STATEMENT",
        (true, TableOperations.Update) when options.ColumnFilter.Count > 0 =>
            $"FOR EACH ROW WHEN ({string.Join(" OR ", options.ColumnFilter.Select(Differs))})",
        _ => "FOR EACH ROW",
    };

    // Each by itself: what fails here fails the write, and large values together may not fit into one record.
    static string Differs(string column) =>
        $"record_image_ne({TriggerFunction.RowOf("OLD", [column])}, {TriggerFunction.RowOf("NEW", [column])})";
}
