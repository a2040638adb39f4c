using System.Text;
using Rx.PgNotify.Sql;

namespace Rx.PgNotify.Tables.Sql;

/// <summary>
/// The part of a script that refuses names which the database's encoding makes too long: the server cuts them without a
/// word, so that the script would work on something else than it was written for.
/// </summary>
static class SqlNameCheck
{
    /// <summary>PL/pgSQL; empty if none of the names can get longer than it is.</summary>
    internal static string Statement(IEnumerable<string> names)
    {
        var affected = names.Where(name => !Ascii.IsValid(name)).ToArray();
        return affected.Length == 0 ? "" : $"""
                DECLARE
                    too_long pg_catalog.text := (
                        SELECT pg_catalog.format('in %s a name has at most {SqlName.MaxBytes} bytes, and %s has %s', pg_catalog.getdatabaseencoding(), name, size)
                        FROM pg_catalog.unnest({SqlText.Array(affected)}) AS given (name), pg_catalog.octet_length(name) AS size
                        WHERE size > {SqlName.MaxBytes} LIMIT 1);
                BEGIN
                    IF too_long IS NOT NULL THEN
                        RAISE name_too_long USING MESSAGE = too_long;
                    END IF;
                END;

            """;
    }
}
