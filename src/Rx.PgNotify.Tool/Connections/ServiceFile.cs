using System.Collections;
using System.Globalization;
using Rx.PgNotify.Tool.CommandLine;

namespace Rx.PgNotify.Tool.Connections;

/// <summary>Connections under a name, in the files that libpq reads.</summary>
/// <remarks>See the PostgreSQL manual, "The Connection Service File" of libpq. There is no look-up by LDAP.</remarks>
static class ServiceFile
{
    const string OwnFile = "PGSERVICEFILE";
    const string SystemFile = "pg_service.conf";

    // libpq knows one of them, which whoever compiled it has chosen: Debian, and Red Hat.
    static readonly string[] s_systemFolders = ["/etc/postgresql-common", "/etc/sysconfig/pgsql"];

    /// <summary>The parameters of a service, from the user's file, or else from the machine's.</summary>
    /// <exception cref="UsageException">No file defines the service, or one can't be read; the message repeats no value.</exception>
    internal static IReadOnlyList<ConnectionSetting> Read(string service, IDictionary environment)
    {
        var files = Files(environment).ToArray();
        return files.Select(file => Section(file, service)).FirstOrDefault(settings => settings is not null)
            ?? throw new UsageException(files is []
                ? "PGSERVICE: there is no ~/.pg_service.conf, and PGSERVICEFILE names no other file."
                : $"PGSERVICE: there is no service of that name in {string.Join(" or ", files)}.");
    }

    static IEnumerable<string> Files(IDictionary environment)
    {
        // One that is named has to be there; the usual ones need not.
        if (PsqlConnection.Value(environment, OwnFile) is { } own)
            yield return own;
        else if (UsersFile(environment) is { } usual && File.Exists(usual))
            yield return usual;
        var folders = PsqlConnection.Value(environment, "PGSYSCONFDIR") is { } given ? [given] : s_systemFolders;
        foreach (var file in folders.Select(folder => Path.Combine(folder, SystemFile)).Where(File.Exists))
            yield return file;
    }

    static string? UsersFile(IDictionary environment) => OperatingSystem.IsWindows()
        ? PsqlConnection.Value(environment, "APPDATA") is { } data ? Path.Combine(data, "postgresql", ".pg_service.conf") : null
        : PsqlConnection.Value(environment, "HOME") is { } home ? Path.Combine(home, ".pg_service.conf") : null;

    static List<ConnectionSetting>? Section(string file, string service)
    {
        List<ConnectionSetting>? settings = null;
        foreach (var (index, line) in Lines(file).Index())
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line[0] == '[')
            {
                if (settings is not null)
                    break;
                if (line.StartsWith($"[{service}]", StringComparison.Ordinal))
                    settings = [];
            }
            else
            {
                settings?.Add(Parameter(string.Create(CultureInfo.InvariantCulture, $"{file}, line {index + 1}"), line));
            }
        }

        return settings;
    }

    static ConnectionSetting Parameter(string source, string line)
    {
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        var name = line[..Math.Max(0, equals)];
        return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? new ConnectionSetting(source, name, line[(equals + 1)..])
            : throw new UsageException($"{source}: that is no parameter, '=' and its value, without spaces around the '='.");
    }

    static string[] Lines(string file)
    {
        try
        {
            return [.. File.ReadLines(file).Select(line => line.Trim())];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"PGSERVICE: the file of services can't be read: {e.Message}");
        }
    }
}
