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

    /// <param name="option">The value of <c>--connection</c>, if given.</param>
    /// <param name="environment">The environment variables.</param>
    /// <exception cref="UsageException">There is no text, or it can't be read; the message never repeats a value of it.</exception>
    internal static NpgsqlConnectionStringBuilder Read(string? option, IDictionary environment)
    {
        if (option is not null)
            return Parse("--connection", option);
        foreach (var variable in s_variables)
        {
            if (environment[variable] is string { Length: > 0 } text)
                return Parse(variable, text);
        }

        throw new UsageException($"no connection: give --connection or set {string.Join(" or ", s_variables)}.");
    }

    static NpgsqlConnectionStringBuilder Parse(string source, string text)
    {
        try
        {
            var builder = PostgresUri.Matches(text) ? PostgresUri.Parse(text) : ParseKeywords(text);
            if (string.IsNullOrEmpty(builder.ApplicationName))
                builder.ApplicationName = ApplicationName;
            return builder;
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
