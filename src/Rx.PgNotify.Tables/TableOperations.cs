namespace Rx.PgNotify.Tables;

/// <summary>What is done to a table's rows.</summary>
[Flags]
public enum TableOperations
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>INSERT</c>, <c>COPY</c>, and the inserting part of an upsert or <c>MERGE</c>.</summary>
    Insert = 1,

    /// <summary><c>UPDATE</c>, and the updating part of an upsert or <c>MERGE</c>.</summary>
    Update = 2,

    /// <summary><c>DELETE</c>, and the deleting part of a <c>MERGE</c>.</summary>
    Delete = 4,

    /// <summary><c>TRUNCATE</c>.</summary>
    Truncate = 8,

    /// <summary>All of them.</summary>
    All = Insert | Update | Delete | Truncate,
}
