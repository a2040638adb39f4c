using System.CommandLine;
using Npgsql;
using Rx.PgNotify.Tool.Connections;

namespace Rx.PgNotify.Tool.CommandLine;

static class ConnectionOption
{
    internal static Option<string?> Create() => new("--connection")
    {
        Description = "An Npgsql connection string or a postgres:// URI [default: PGNOTIFY_CONNECTION, then DATABASE_URL]",
        HelpName = "TEXT",
    };

    /// <exception cref="UsageException">There is no connection, or its text can't be read.</exception>
    internal static NpgsqlConnectionStringBuilder Read(ParseResult parsed, Option<string?> option) =>
        ConnectionText.Read(parsed.GetValue(option), Environment.GetEnvironmentVariables());
}
