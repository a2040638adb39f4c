using System.Buffers;
using Npgsql;

namespace Rx.PgNotify.Connections;

/// <summary>What a user gives to connect with: keywords and values as Npgsql reads them, or a URI as libpq does.</summary>
/// <remarks>No message quotes anything of it but a keyword that Npgsql knows, or the name of a parameter.</remarks>
static class ConnectionString
{
    static readonly NpgsqlConnectionStringBuilder s_keywords = [];

    // Of a URI's scheme. With ':' a jdbc: in front of it counts too.
    static readonly SearchValues<char> s_schemeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.:");

    /// <summary>Reads either kind.</summary>
    /// <exception cref="FormatException">It can't be read or names no host; the message is the rest of a sentence.</exception>
    internal static NpgsqlConnectionStringBuilder Parse(string text)
    {
        var builder = PostgresUri.Matches(text) ? ParseUri(text) : ParseKeywords(text);
        if (string.IsNullOrWhiteSpace(builder.Host))
            throw new FormatException("it names no Host.");
        return HostText.MistakeIn(builder.Host) is { } mistake ? throw new FormatException(mistake) : builder;
    }

    /// <summary>As <see cref="ArgumentNullException.ThrowIfNull(object?, string?)"/>, with the usual cause.</summary>
    internal static void ThrowIfNull(string? connectionString)
    {
        if (connectionString is null)
        {
            throw new ArgumentNullException(
                nameof(connectionString),
                "There is no connection string. If it was to come from GetConnectionString(name), the configuration has none of that name: it is looked "
                + "for as ConnectionStrings:name, which is name within ConnectionStrings in appsettings.json, and ConnectionStrings__name among the environment variables.");
        }
    }

    static NpgsqlConnectionStringBuilder ParseUri(string text)
    {
        try
        {
            return PostgresUri.Parse(text);
        }
#pragma warning disable MA0054 // see Error
        catch (FormatException e)
        {
            throw Error($"it is a URI, and {e.Message}");
        }
        catch (ArgumentException)
        {
            throw Error("it is a URI, and Npgsql does not accept a value in it.");
        }
#pragma warning restore MA0054
    }

    static NpgsqlConnectionStringBuilder ParseKeywords(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException or NotSupportedException)
        {
            throw Error(Complaint(text, e));
        }
    }

    // Npgsql names the keyword it could not set as the parameter of its exception.
    static string Complaint(string text, Exception exception) => exception switch
    {
        ArgumentException { ParamName: { Length: > 0 } keyword } when s_keywords.ContainsKey(keyword) =>
            $"the value of its keyword '{keyword}' is not accepted.",
        _ when IsAnotherUri(text) => "it is a URI, but begins neither with postgres:// nor with postgresql://.",
        _ => "it has an unknown keyword, or is neither a list of keyword=value; pairs nor a postgres:// URI. A password with ';' in it has to stand in quotes.",
    };

    static bool IsAnotherUri(string text) =>
        text.IndexOf("://", StringComparison.Ordinal) is > 0 and var length && text.AsSpan(0, length).IndexOfAnyExcept(s_schemeCharacters) < 0;

    // Without the cause: its message may quote a value, or a piece of an unquoted password that looks like a keyword.
    static FormatException Error(string message) => new(message);
}
