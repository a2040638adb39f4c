using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Tool.CommandLine;

namespace Rx.PgNotify.Tool.Connections;

/// <summary>The data source of a command that sends or writes.</summary>
static class Database
{
    /// <exception cref="UsageException">Npgsql refuses the connection's settings, or would when it connects.</exception>
    internal static NpgsqlDataSource Of(NpgsqlConnectionStringBuilder target)
    {
        if (HostText.MistakeIn(target.Host) is { } mistake)
            throw new UsageException($"the connection: {mistake}");
        var settings = new NpgsqlConnectionStringBuilder(target.ConnectionString);
        // libpq takes a target for one host too, Npgsql for several only, and there it is the primary in any case.
        if (settings.Host?.Contains(',', StringComparison.Ordinal) is not true)
            settings.TargetSessionAttributes = null;
        return Usage.Check(() => NpgsqlDataSource.Create(settings));
    }
}
