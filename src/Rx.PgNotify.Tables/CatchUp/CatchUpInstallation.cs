using Npgsql;
using Rx.PgNotify.Tables.Sql;

namespace Rx.PgNotify.Tables.CatchUp;

/// <summary>Whether the installation script has nothing left to do: in the catalogs, nor in the stamps.</summary>
sealed class CatchUpInstallation(CatchUpNames names)
{
    readonly InstallationMark _mark = CatchUpScript.Mark(names);

    internal async Task<bool> IsDoneAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await _mark.IsRightAsync(connection, cancellationToken).ConfigureAwait(false)
        && await AreOfThisClusterAsync(connection, cancellationToken).ConfigureAwait(false);

    // A dump brings stamps of the cluster where it was made, which may lie in the future here. This transaction's own id does too, as
    // far as its snapshot goes. The column is there: the catalogs are in order.
    async Task<bool> AreOfThisClusterAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(
            "SELECT coalesce(s.newest OPERATOR(pg_catalog.<) pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot()) "
            + "OR s.newest OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id_if_assigned(), s.newest IS NULL) "
            + $"FROM (SELECT greatest(({Newest(names.Table)}), ({Newest(names.Tombstones, "WHERE NOT t.catch_up_is_mark ")}), "
            + $"({Newest(names.Tombstones, "WHERE t.catch_up_is_mark ")})) AS newest) AS s",
            connection);
        await using (command.ConfigureAwait(false))
            return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    static string Newest(string table, string condition = "") =>
        $"SELECT t.{CatchUpNames.Stamp} FROM {table} AS t {condition}ORDER BY t.{CatchUpNames.Stamp} DESC LIMIT 1";
}
