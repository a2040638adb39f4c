using System.Collections;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Tool.CommandLine;

namespace Rx.PgNotify.Tool.Connections;

/// <summary>Where to connect: found on the command line or in the environment, as Npgsql's keywords or as a URI.</summary>
static class ConnectionText
{
    const string ApplicationName = "pgnotify";

    static readonly NpgsqlConnectionStringBuilder s_keywords = [];

    static readonly string[] s_variables = ["PGNOTIFY_CONNECTION", "DATABASE_URL"];

    /// <inheritdoc cref="Read(string?, IReadOnlyCollection{ConnectionSetting}, IDictionary)"/>
    internal static NpgsqlConnectionStringBuilder Read(string? option, IDictionary environment) => Read(option, [], environment);

    /// <param name="option">The value of <c>--connection</c>, if given.</param>
    /// <param name="psql">What the options of <c>psql</c> say, if they are given.</param>
    /// <param name="environment">The environment variables.</param>
    /// <exception cref="UsageException">There is no text, or it can't be read; the message never repeats a value of it.</exception>
    internal static NpgsqlConnectionStringBuilder Read(
        string? option, IReadOnlyCollection<ConnectionSetting> psql, IDictionary environment)
    {
        var builder = Find(option, psql, environment);
        if (string.IsNullOrEmpty(builder.ApplicationName))
            builder.ApplicationName = PsqlConnection.Value(environment, "PGAPPNAME") ?? ApplicationName;
        return builder;
    }

    static NpgsqlConnectionStringBuilder Find(string? option, IReadOnlyCollection<ConnectionSetting> psql, IDictionary environment)
    {
        if (option is not null)
            return psql.Count == 0 ? Parse("--connection", option) : throw new UsageException("--connection excludes -h, -p, -U and -d.");
        if (psql.Count > 0)
            return OfPsql(psql, environment);
        foreach (var variable in s_variables)
        {
            if (PsqlConnection.Value(environment, variable) is { } text)
                return Parse(variable, text);
        }

        return PsqlConnection.IsNamedBy(environment)
            ? PsqlConnection.Read([], environment)
            : throw new UsageException(
                $"no connection: give --connection, or -h and -d as to psql, or set {string.Join(" or ", s_variables)}, or PGHOST.");
    }

    static NpgsqlConnectionStringBuilder OfPsql(IReadOnlyCollection<ConnectionSetting> settings, IDictionary environment)
    {
        var database = settings.FirstOrDefault(setting => setting.Parameter is "dbname");
        if (database.Value is null)
            return PsqlConnection.Read(settings, environment);
        if (PostgresUri.Matches(database.Value))
        {
            return settings.Count == 1
                ? Parse(database.Source, database.Value)
                : throw new UsageException($"{database.Source} with a URI excludes -h, -p and -U.");
        }

        return !database.Value.Contains('=', StringComparison.Ordinal)
            ? PsqlConnection.Read(settings, environment)
            : throw new UsageException($"{database.Source} takes the name of a database, or a postgres:// URI; keywords and values go to --connection.");
    }

    static NpgsqlConnectionStringBuilder Parse(string source, string text)
    {
        try
        {
            return PostgresUri.Matches(text) ? PostgresUri.Parse(text) : ParseKeywords(text);
        }
        catch (FormatException e)
        {
            throw new UsageException($"{source}: {e.Message}");
        }
    }

    static NpgsqlConnectionStringBuilder ParseKeywords(string text)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(text);
            return string.IsNullOrWhiteSpace(builder.Host) ? throw new FormatException("the text names no Host.") : builder;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or InvalidCastException or OverflowException)
        {
            throw new FormatException(Complaint(text, e), e);
        }
    }

    // What follows a password may be the rest of it, cut off by a ';' without quotes: then not even the keyword is shown.
    static string Complaint(string text, Exception cause) => cause switch
    {
        ArgumentException { ParamName: { Length: > 0 } keyword } when s_keywords.ContainsKey(keyword) =>
            $"the keyword {keyword} has a value that is not accepted.",
        ArgumentException { ParamName: { Length: > 0 } keyword } when !MentionsPassword(text) =>
            $"the keyword {keyword} is not known.",
        ArgumentException { ParamName.Length: > 0 } =>
            "a keyword is not known; a password with ';' in it has to stand in quotes.",
        _ => "the text is neither a postgres:// URI nor keywords and values as in Host=localhost;Username=me;Database=shop.",
    };

    static bool MentionsPassword(string text) =>
        text.Contains("password", StringComparison.OrdinalIgnoreCase) || text.Contains("pwd", StringComparison.OrdinalIgnoreCase);
}
