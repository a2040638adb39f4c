using Npgsql;

namespace Rx.PgNotify.Connections;

/// <summary>Reads a connection URI into the keywords of Npgsql.</summary>
/// <remarks>
/// Follows the PostgreSQL manual, "Connection URIs" of libpq. No message repeats a part of the text that could belong to
/// a password: an unescaped '/', '?' or ':' in one moves its rest into the host, the port, the path or the query.
/// </remarks>
static class PostgresUri
{
    static readonly string[] s_schemes = ["postgresql://", "postgres://"];

    internal static bool Matches(string text) => SchemeLength(text) > 0;

    /// <exception cref="FormatException">The text is no such URI; the message says which part.</exception>
    internal static NpgsqlConnectionStringBuilder Parse(string text)
    {
        var (beforeQuery, query) = Cut(text[SchemeLength(text)..], '?');
        var (authority, path) = Cut(beforeQuery, '/');
        if (path.Contains('@', StringComparison.Ordinal))
            throw new FormatException(
                "there is an '@' after the first '/'; in a user name or password write '/' as %2F, in a database name '@' as %40.");

        var at = authority.LastIndexOf('@');
        if (at < 0 && query.Contains('@', StringComparison.Ordinal))
            throw new FormatException(
                "the first '@' comes after '?'; in a user name or password write '?' as %3F, in a parameter '@' as %40.");
        var builder = new NpgsqlConnectionStringBuilder();
        if (at >= 0)
            ReadUser(authority[..at], builder);
        ReadHosts(authority[(at + 1)..], builder);
        if (path.Length > 0)
            builder.Database = PercentDecoding.Decode(path, "the database name");
        // What follows an unescaped '&' in a password looks like a parameter. An unknown name may be such a piece from here on.
        var mayBePassword = query.Contains('@', StringComparison.Ordinal);
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = ReadParameter(parameter, mayBePassword, builder);
            mayBePassword |= name is "password" or "sslpassword";
        }

        return builder;
    }

    static int SchemeLength(string text) =>
        Array.Find(s_schemes, scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))?.Length ?? 0;

    static void ReadUser(string text, NpgsqlConnectionStringBuilder builder)
    {
        var (user, password) = Cut(text, ':');
        if (user.Length > 0)
            builder.Username = PercentDecoding.Decode(user, "the user name");
        if (password.Length > 0)
            builder.Password = PercentDecoding.Decode(password, "the password");
    }

    static void ReadHosts(string text, NpgsqlConnectionStringBuilder builder)
    {
        var hosts = text.Split(',').Select(HostPort.Parse).ToArray();
        if (hosts is [var only])
            (builder.Host, builder.Port) = (only.Host, only.Port ?? NpgsqlConnection.DefaultPort);
        else
            builder.Host = string.Join(',', hosts);
    }

    static string ReadParameter(string text, bool mayBePassword, NpgsqlConnectionStringBuilder builder)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            throw new FormatException("a parameter after '?' has no '='; in a password write '?' as %3F and '&' as %26.");
        var name = text[..equals];
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new FormatException("a parameter after '?' has a name with characters other than letters, digits and '_'.");
        if (mayBePassword && !UriParameters.IsKnown(name))
            throw new FormatException("the name of a parameter after '?' is not known; in a password write '?' as %3F and '&' as %26.");
        UriParameters.Set(builder, name, PercentDecoding.Decode(text[(equals + 1)..], $"the parameter {name}"));
        return name;
    }

    static (string Before, string After) Cut(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }
}
