using System.Text.RegularExpressions;
using Npgsql;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>All triggers and functions of a database, as the server writes them.</summary>
static partial class TriggerCatalog
{
    const string Functions = "pg_proc WHERE pronamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog', 'information_schema'))";

    const string Everything = $"""
        SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
            SELECT pg_get_triggerdef(oid) || ' ' || tgenabled::text AS line FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT pg_get_functiondef(oid) FROM {Functions}) AS lines
        """;

    const string RemoveEverything = $"""
        DO $$
        DECLARE
            function regprocedure;
        BEGIN
            FOR function IN SELECT oid FROM {Functions} LOOP
                EXECUTE 'DROP FUNCTION ' || function || ' CASCADE';
            END LOOP;
        END $$
        """;

    /// <summary>
    /// Asserts that a database has what these triggers themselves install on its tables, and nothing else. It is left as
    /// it was.
    /// </summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="expected">The triggers.</param>
    /// <param name="step">What the assertion is about.</param>
    /// <param name="ignoreIndentation">Whether lines may begin anywhere: idempotent scripts are indented, the strings in them too.</param>
    public static async Task AssertHasAsync(
        string connectionString, IReadOnlyList<TableTrigger> expected, string step = "", bool ignoreIndentation = false)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        var actual = await ReadAsync(connection);
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var removal = new NpgsqlCommand(RemoveEverything, connection))
            await removal.ExecuteNonQueryAsync();
        foreach (var trigger in expected)
            await trigger.InstallAsync(connection);
        var installed = await ReadAsync(connection);
        await transaction.RollbackAsync();

        if (ignoreIndentation)
            (actual, installed) = (Indentation().Replace(actual, ""), Indentation().Replace(installed, ""));
        Assert.That(installed.Length, expected.Count > 0 ? Is.Positive : Is.Zero);
        Assert.That(actual, Is.EqualTo(installed), step);
    }

    static async Task<string> ReadAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Everything, connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    [GeneratedRegex("^ +", RegexOptions.Multiline, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Indentation();
}
