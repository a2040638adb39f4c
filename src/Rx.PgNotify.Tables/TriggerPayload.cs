namespace Rx.PgNotify.Tables;

/// <summary>What a <see cref="TableTrigger"/> reports of a change, from nothing to everything.</summary>
/// <remarks>
/// Any role may <c>LISTEN</c> on any channel: keys, columns and rows reach those too whom grants and row security keep
/// from reading the table.
/// </remarks>
public enum TriggerPayload
{
    /// <summary>That something changed: schema, table and operation. Equal ones of one transaction arrive as one.</summary>
    Bare = 0,

    /// <summary>Schema, table, operation, and how many rows the statement inserted, updated or deleted.</summary>
    RowCount = 1,

    /// <summary>Schema, table, operation, the count, and the key of each row.</summary>
    Keys = 2,

    /// <summary>As <see cref="Rows"/>, but only the columns of <see cref="TableTriggerOptions.Columns"/>.</summary>
    Columns = 3,

    /// <summary>Schema, table, operation, the count, and each row, whole; its keys, or only the count, where rows don't fit into a payload.</summary>
    Rows = 4,
}
