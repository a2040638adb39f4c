using System.Security.Cryptography;
using System.Text;
using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Tables.Triggers;

/// <summary>What a trigger's parts are called: the same for the same table and channel, whatever the options.</summary>
sealed class TriggerNames
{
    const int MaxTableBytes = 40;

    readonly string _id;

    internal TriggerNames(string schema, string table, string channel)
    {
        // No name contains NUL, so that no two triples are one text.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{schema}\0{table}\0{channel}"));
        _id = $"notify_{Convert.ToHexStringLower(hash.AsSpan(0, 5))}";
        Table = $"{SqlName.Quote(schema)}.{SqlName.Quote(table)}";
        Function = $"{SqlName.Quote(schema)}.{SqlName.Quote($"{Beginning(table)}_{_id}")}";
    }

    /// <summary>The table, quoted.</summary>
    internal string Table { get; }

    /// <summary>The one function behind all the triggers, quoted, in the table's schema.</summary>
    internal string Function { get; }

    /// <summary>A setting of a transaction, for the function to keep something in.</summary>
    internal string Setting => $"rx_pgnotify.{_id}";

    /// <summary>The trigger of one operation. A trigger can't be replaced by one of the other level: hence two names.</summary>
    internal string Trigger(TableOperations operation, bool rowLevel) =>
        $"{_id}_{operation.ToString().ToLowerInvariant()}{(rowLevel ? "_row" : "")}";

    // An identifier has 63 bytes, and a character is not cut in two. In the encoding of some database any character beyond
    // ASCII may take four of them; cut by the server, two functions would be one.
    static string Beginning(string table)
    {
        var bytes = 0;
        return string.Concat(table.EnumerateRunes().TakeWhile(rune => (bytes += rune.IsAscii ? 1 : 4) <= MaxTableBytes));
    }
}
