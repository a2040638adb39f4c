using System.Text;
using Npgsql;
using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Listening;

/// <summary>
/// The statement that refuses names which the database's encoding makes too long, or turns into others: LISTEN would cut
/// the one silently, and notifications would come back under the other's new name.
/// </summary>
/// <remarks>
/// Part of the round trip that listens, so that it costs none of its own, and plain SQL, as PL/pgSQL may have been dropped.
/// <c>parse_ident</c> is called for the error that it raises: its argument is no identifier but the reason, which the error quotes.
/// </remarks>
static class EncodingCheck
{
    const string Utf8 = "UTF8";

    /// <summary>The statement for these names; <see langword="null"/> if none of them can be affected.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="names">Of channels, each at most 63 bytes of UTF-8.</param>
    internal static NpgsqlBatchCommand? Create(NpgsqlConnection connection, IEnumerable<string> names)
    {
        var server = connection.PostgresParameters.GetValueOrDefault("server_encoding");
        var isUtf8 = connection.PostgresParameters.GetValueOrDefault("client_encoding") is Utf8;
        // A database in SQL_ASCII keeps the bytes that come.
        if (isUtf8 && server is Utf8 or "SQL_ASCII")
            return null;
        var affected = names.Where(name => !Ascii.IsValid(name)).ToArray();
        return affected.Length > 0 ? new NpgsqlBatchCommand(Text(affected, isUtf8)) : null;
    }

    static string Text(string[] names, bool isUtf8) =>
        $"""
        SELECT pg_catalog.parse_ident(pg_catalog.format('in %s it %s', pg_catalog.getdatabaseencoding(), CASE
            WHEN size > {SqlName.MaxBytes} THEN pg_catalog.format('has %s bytes, and a channel has at most {SqlName.MaxBytes}', size)
            ELSE 'becomes ' || name END))
        FROM ROWS FROM (pg_catalog.unnest({SqlText.Array(names)}), pg_catalog.unnest({SqlText.Array(names.Select(Utf8Hex))})) AS channel (name, utf8),
            pg_catalog.octet_length(name) AS size
        WHERE size > {SqlName.MaxBytes}{(isUtf8 ? $" OR pg_catalog.encode(pg_catalog.convert_to(name, '{Utf8}'), 'hex') <> utf8" : "")}
        """;

    static string Utf8Hex(string name) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name));
}
