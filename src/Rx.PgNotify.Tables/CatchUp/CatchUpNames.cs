using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Tables.CatchUp;

/// <summary>The names that belong to one table, quoted and qualified.</summary>
sealed record CatchUpNames
{
    internal const string Stamp = "catch_up_stamp";
    const string LongestPrefix = "catch_up_deleted_";
    const int MaxTableBytes = SqlName.MaxBytes - 17;

    internal CatchUpNames(string table, IEnumerable<string> key, string schema)
    {
        ArgumentNullException.ThrowIfNull(key);
        SqlName.Validate(schema, "A schema's name", nameof(schema));
        // What belongs to it is named after it, and the server would cut a longer name.
        SqlName.Validate(table, $"The name of a table that is to have a {LongestPrefix}…", nameof(table), MaxTableBytes);
        KeyNames = [.. key];
        foreach (var column in KeyNames)
            SqlName.Validate(column, "A column's name", nameof(key));
        if (KeyNames.Count == 0 || KeyNames.Distinct(StringComparer.Ordinal).Count() < KeyNames.Count)
            throw new ArgumentException("A key has one column or more, and each once.", nameof(key));

        Given = [schema, LongestPrefix + table, .. KeyNames];
        Table = Qualified(table);
        Tombstones = Qualified(LongestPrefix + table);
        StampFunction = Qualified("catch_up_stamp_" + table);
        DeleteFunction = Qualified("catch_up_delete_" + table);
        PurgeFunction = Qualified("catch_up_purge_" + table);
        TableIndex = SqlName.Quote("catch_up_stamp_" + table);
        TombstonesIndex = SqlName.Quote("catch_up_purge_" + table);

        string Qualified(string name) => $"{SqlName.Quote(schema)}.{SqlName.Quote(name)}";
    }

    internal IReadOnlyList<string> KeyNames { get; }

    /// <summary>What the server would cut if its encoding made it too long.</summary>
    internal IReadOnlyList<string> Given { get; }

    internal string Table { get; }

    internal string Tombstones { get; }

    internal string StampFunction { get; }

    internal string DeleteFunction { get; }

    internal string PurgeFunction { get; }

    /// <summary>All functions, with their arguments.</summary>
    internal IReadOnlyList<string> Functions => [$"{StampFunction}()", $"{DeleteFunction}()", $"{PurgeFunction}(pg_catalog.interval)"];

    internal string TableIndex { get; }

    internal string TombstonesIndex { get; }

    /// <summary>The key's columns, each behind a prefix, with commas in between.</summary>
    internal string Key(string prefix = "") => string.Join(", ", KeyNames.Select(column => prefix + SqlName.Quote(column)));
}
