using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.LocalPostgres.IntegrationTests;

/// <summary>What a running server leaves on the machine: its process and its folder.</summary>
sealed record ServerFootprint(int ProcessId, string Folder)
{
    public static async Task<ServerFootprint> OfAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(
            "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1), current_setting('data_directory')");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new ServerFootprint(
            int.Parse(reader.GetString(0), CultureInfo.InvariantCulture), Path.GetDirectoryName(reader.GetString(1))!);
    }

    public bool IsThere => Directory.Exists(Folder) || ProcessRuns;

    bool ProcessRuns
    {
        get
        {
            try
            {
                using var process = Process.GetProcessById(ProcessId);
                return !process.HasExited;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }
}
