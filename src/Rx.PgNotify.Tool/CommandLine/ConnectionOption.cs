using System.CommandLine;
using Npgsql;
using Rx.PgNotify.Tool.Connections;

namespace Rx.PgNotify.Tool.CommandLine;

/// <summary>Where a command connects: a text, or in its place the options of <c>psql</c>.</summary>
sealed class ConnectionOption : Option<string?>
{
    readonly (Option<string?> Option, string LongName, string Parameter)[] _psql =
    [
        (OfPsql("-h", "HOST", "As to psql: the host, or the folder of its socket [default: PGHOST]"), "--host", "host"),
        (OfPsql("-p", "PORT", "As to psql: the port [default: PGPORT, then 5432]"), "--port", "port"),
        (OfPsql("-U", "NAME", "As to psql: the user [default: PGUSER]"), "--username", "user"),
        (OfPsql("-d", "NAME", "As to psql: the database, or a postgres:// URI [default: PGDATABASE]"), "--dbname", "dbname"),
    ];

    ConnectionOption()
        : base("--connection")
    {
        Description = "A postgres:// URI or an Npgsql connection string [default: PGNOTIFY_CONNECTION, then DATABASE_URL, then as psql]";
        HelpName = "TEXT";
    }

    internal static ConnectionOption Create() => new();

    /// <summary>Gives every command that connects the options of <c>psql</c>.</summary>
    internal static void AddPsqlOptions(Command root)
    {
        foreach (var command in root.Subcommands)
        {
            if (command.Options.OfType<ConnectionOption>().FirstOrDefault() is { } connection)
                connection.AddPsqlOptionsTo(command.Options);
        }
    }

    /// <summary>Whether the command line says where to connect.</summary>
    internal bool IsGiven(ParseResult parsed) =>
        parsed.GetResult(this) is not null || _psql.Any(item => parsed.GetResult(item.Option) is not null);

    /// <exception cref="UsageException">There is no connection, or its text can't be read.</exception>
    internal static NpgsqlConnectionStringBuilder Read(ParseResult parsed, ConnectionOption connection)
    {
        var psql = new List<ConnectionSetting>();
        foreach (var (option, _, parameter) in connection._psql)
        {
            if (parsed.GetValue(option) is { } value)
                psql.Add(new ConnectionSetting(option.Name, parameter, value));
        }

        return ConnectionText.Read(parsed.GetValue(connection), psql, Environment.GetEnvironmentVariables());
    }

    void AddPsqlOptionsTo(IList<Option> options)
    {
        var at = options.IndexOf(this);
        foreach (var (option, longName, _) in _psql)
        {
            option.Aliases.Add(longName);
            options.Insert(++at, option);
        }
    }

    static Option<string?> OfPsql(string name, string helpName, string description) => new(name) { HelpName = helpName, Description = description };
}
