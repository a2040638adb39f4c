namespace Rx.PgNotify;

/// <summary>The names that belong to one table, quoted and qualified.</summary>
sealed record CatchUpNames
{
    internal const string Stamp = "catch_up_stamp";
    const string LongestPrefix = "catch_up_deleted_";
    const int MaxTableBytes = ChannelName.MaxBytes - 17;

    internal CatchUpNames(string table, IEnumerable<string> key, string schema)
    {
        ArgumentNullException.ThrowIfNull(key);
        Validate(schema, "A schema", ChannelName.MaxBytes, nameof(schema));
        // What belongs to it is named after it, and the server would cut a longer name.
        Validate(table, $"A table that is to have a {LongestPrefix}…", MaxTableBytes, nameof(table));
        KeyNames = [.. key];
        foreach (var column in KeyNames)
            Validate(column, "A column", ChannelName.MaxBytes, nameof(key));
        if (KeyNames.Count == 0 || KeyNames.Distinct(StringComparer.Ordinal).Count() < KeyNames.Count)
            throw new ArgumentException("A key has one column or more, and each once.", nameof(key));

        Table = Qualified(table);
        Tombstones = Qualified(LongestPrefix + table);
        StampFunction = Qualified("catch_up_stamp_" + table);
        DeleteFunction = Qualified("catch_up_delete_" + table);
        PurgeFunction = Qualified("catch_up_purge_" + table);
        TableIndex = ChannelName.Quote("catch_up_stamp_" + table);
        TombstonesIndex = ChannelName.Quote("catch_up_purge_" + table);

        string Qualified(string name) => $"{ChannelName.Quote(schema)}.{ChannelName.Quote(name)}";
    }

    internal IReadOnlyList<string> KeyNames { get; }

    internal string Table { get; }

    internal string Tombstones { get; }

    internal string StampFunction { get; }

    internal string DeleteFunction { get; }

    internal string PurgeFunction { get; }

    internal string TableIndex { get; }

    internal string TombstonesIndex { get; }

    /// <summary>The key's columns, each behind a prefix, with commas in between.</summary>
    internal string Key(string prefix = "") => string.Join(", ", KeyNames.Select(column => prefix + ChannelName.Quote(column)));

    /// <summary>A text as a literal that means the same whatever <c>standard_conforming_strings</c> is.</summary>
    internal static string Literal(string text) =>
        $"E'{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    static void Validate(string name, string whatItIs, int maxBytes, string parameterName)
    {
        ArgumentNullException.ThrowIfNull(name, parameterName);
        var limit = $"{whatItIs} has a name of 1 to {maxBytes} bytes of UTF-8";
        if (name.Length == 0)
            throw new ArgumentException($"{limit}; this one is empty.", parameterName);
        if (name.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException($"{limit}, without the character NUL (U+0000).", parameterName);
        var bytes = ChannelName.CountBytes(name, "A name", parameterName);
        if (bytes > maxBytes)
            throw new ArgumentException($"{limit}; this one has {bytes}.", parameterName);
    }
}
