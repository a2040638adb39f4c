using Npgsql;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Doctor;

/// <summary>Where a command connects, in a few words.</summary>
static class Target
{
    /// <summary>User, hosts and database; safe to show, without any secret.</summary>
    internal static string Shown(NpgsqlConnectionStringBuilder target)
    {
        var user = string.IsNullOrEmpty(target.Username) ? "" : $"{target.Username}@";
        var database = string.IsNullOrEmpty(target.Database) ? "" : $"/{target.Database}";
        return PlainText.OneLine($"{user}{HostCheck.Shown(target)}{database}");
    }
}
