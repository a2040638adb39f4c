using System.Reflection;
using System.Runtime.InteropServices;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Benchmarks.Comparison;

/// <summary>What the figures depend on.</summary>
static class Environs
{
    public static string Describe(PostgresServer server) => string.Join(", ",
        $"PostgreSQL {server.Version} over loopback",
        RuntimeInformation.FrameworkDescription,
        $"Npgsql {Version(typeof(NpgsqlConnection))}",
        $"System.Reactive {Version(typeof(System.Reactive.Unit))}",
        $"{Environment.ProcessorCount} cores ({RuntimeInformation.ProcessArchitecture})");

    /// <summary>Of the package that a type comes from.</summary>
    public static string? Version(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
}
