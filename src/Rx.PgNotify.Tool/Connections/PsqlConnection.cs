using System.Collections;
using System.Globalization;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Tool.CommandLine;

namespace Rx.PgNotify.Tool.Connections;

/// <summary>The connection that <c>psql</c> would make, from its options, a service, the variables of libpq and libpq's defaults.</summary>
/// <remarks>
/// See the PostgreSQL manual, "Environment Variables" and "The Connection Service File" of libpq. Npgsql reads others itself, whatever
/// the connection is made from: PGPASSWORD, PGPASSFILE, PGOPTIONS, PGTARGETSESSIONATTRS, PGREQUIREAUTH, PGSSLCERT, PGSSLKEY,
/// PGSSLROOTCERT, PGSSLNEGOTIATION, PGGSSENCMODE, PGTZ and PGCLIENTENCODING.
/// </remarks>
static class PsqlConnection
{
    const string Service = "PGSERVICE";
    const string Host = "host";
    const string HostAddress = "hostaddr";
    const string Port = "port";

    // Those that say where to connect; the others only say how.
    static readonly string[] s_places = [Service, "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER"];

    // Npgsql reads PGUSER and PGAPPNAME too, but the command shows the one and has a name of its own in place of the other.
    static readonly (string Variable, string Parameter)[] s_variables =
    [
        ("PGHOST", Host), ("PGHOSTADDR", HostAddress), ("PGPORT", Port), ("PGDATABASE", "dbname"), ("PGUSER", "user"),
        ("PGSSLMODE", "sslmode"), ("PGCONNECT_TIMEOUT", "connect_timeout"), ("PGCHANNELBINDING", "channel_binding"),
        ("PGKRBSRVNAME", "krbsrvname"), ("PGLOADBALANCEHOSTS", "load_balance_hosts"), ("PGAPPNAME", "application_name"),
    ];

    // libpq knows one of them, which whoever compiled it has chosen: Debian and Red Hat the first, PostgreSQL itself the second.
    static readonly string[] s_socketFolders = ["/var/run/postgresql", "/tmp"];

    /// <summary>Whether a variable says where to connect.</summary>
    internal static bool IsNamedBy(IDictionary environment) => s_places.Any(variable => Value(environment, variable) is not null);

    /// <summary>The value of a variable; an empty one counts as not set.</summary>
    internal static string? Value(IDictionary environment, string variable) => environment[variable] is string { Length: > 0 } text ? text : null;

    /// <param name="options">What the command line says, which counts before a service, and that before the variables.</param>
    /// <param name="environment">The environment variables.</param>
    /// <exception cref="UsageException">A value is not accepted, or the service is not defined; the message never repeats a value.</exception>
    internal static NpgsqlConnectionStringBuilder Read(IEnumerable<ConnectionSetting> options, IDictionary environment)
    {
        var ofService = Value(environment, Service) is { } service ? ServiceFile.Read(service, environment) : [];
        var settings = options.Concat(ofService).Concat(OfVariables(environment))
            .Where(setting => setting.Value.Length > 0)
            .DistinctBy(setting => setting.Parameter, StringComparer.Ordinal)
            .ToDictionary(setting => setting.Parameter, StringComparer.Ordinal);

        var builder = new NpgsqlConnectionStringBuilder();
        foreach (var setting in settings.Values.Where(setting => setting.Parameter is not (Host or HostAddress or Port)))
            Set(builder, setting);
        var host = Find(Host) ?? Find(HostAddress); // the name, which certificates and password files know
        SetHosts(builder, host?.Value.Split(',') ?? [""], Find(Port));
        return builder;

        ConnectionSetting? Find(string parameter) => settings.TryGetValue(parameter, out var setting) ? setting : null;
    }

    static IEnumerable<ConnectionSetting> OfVariables(IDictionary environment)
    {
        foreach (var (variable, parameter) in s_variables)
        {
            if (Value(environment, variable) is { } value)
                yield return new ConnectionSetting(variable, parameter, value);
        }
    }

    // A list of ports is as long as that of the hosts, or it is one port for all of them.
    static void SetHosts(NpgsqlConnectionStringBuilder builder, string[] hosts, ConnectionSetting? portSetting)
    {
        var ports = portSetting is { } setting ? setting.Value.Split(',').Select(port => PortNumber(setting, port)).ToArray() : [NpgsqlConnection.DefaultPort];
        if (ports.Length > 1 && ports.Length != hosts.Length)
            throw new UsageException(string.Create(
                CultureInfo.InvariantCulture, $"{portSetting!.Value.Source}: there are {ports.Length} ports, and {hosts.Length} of the hosts."));
        var pairs = hosts.Select((host, i) =>
        {
            var port = ports[ports.Length == 1 ? 0 : i];
            return new HostPort(host.Length > 0 ? host : DefaultHost(port), port);
        }).ToArray();
        if (pairs is [var only])
            (builder.Host, builder.Port) = (only.Host, only.Port!.Value);
        else
            builder.Host = string.Join(',', pairs);
    }

    static string DefaultHost(int port) =>
        (OperatingSystem.IsWindows() ? [] : s_socketFolders).FirstOrDefault(folder =>
            File.Exists(string.Create(CultureInfo.InvariantCulture, $"{folder}/.s.PGSQL.{port}"))) ?? "localhost";

    static int PortNumber(ConnectionSetting setting, string port)
    {
        if (port.Length == 0)
            return NpgsqlConnection.DefaultPort;
        var builder = new NpgsqlConnectionStringBuilder();
        Set(builder, setting with { Value = port });
        return builder.Port;
    }

    static void Set(NpgsqlConnectionStringBuilder builder, ConnectionSetting setting)
    {
        try
        {
            UriParameters.Set(builder, setting.Parameter, setting.Value);
        }
        catch (FormatException e)
        {
            throw new UsageException($"{setting.Source}: {e.Message}");
        }
        catch (ArgumentException)
        {
            throw new UsageException($"{setting.Source}: the parameter {setting.Parameter} has a value that is not accepted.");
        }
    }
}
