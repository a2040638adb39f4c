namespace Rx.PgNotify.Tool.Connections;

/// <summary>Checks the addresses of NATS servers before NATS.Net reads them.</summary>
/// <remarks>
/// NATS.Net shows addresses without user and password. But an unescaped '/', '?' or '#' in a password moves its rest into the path,
/// the query or the fragment, and an unescaped ',' into another address: so nothing of that passes. No message repeats a part of the
/// text.
/// </remarks>
static class NatsAddresses
{
    const string Separator = "://";

    static readonly string[] s_plain = ["nats", "tls"];
    static readonly string[] s_webSockets = ["ws", "wss"];

    /// <exception cref="FormatException">It is no list of addresses; the message says what is wrong.</exception>
    internal static void Check(string text)
    {
        var addresses = text.Split(',').Select(Parse).ToArray();
        // NATS.Net takes the user of the first address for all of them.
        if (addresses[0].UserInfo.Length == 0 && addresses.Any(address => address.UserInfo.Length > 0))
            throw new FormatException("user and password stand in the first address; in a password write ',' as %2C.");
    }

    /// <summary>Whether the addresses name a user, or a token.</summary>
    internal static bool NameUser(string text) => Parse(text.Split(',')[0]).UserInfo.Length > 0;

    static Uri Parse(string text)
    {
        if (text.Length == 0 || !Uri.TryCreate(WithScheme(text), UriKind.Absolute, out var address))
        {
            throw new FormatException(
                "the text is no address such as nats://broker:4222; in a password write '/' as %2F, '@' as %40 and ':' as %3A.");
        }

        if (s_plain.Contains(address.Scheme, StringComparer.Ordinal))
            return HasNothingBehindTheHost(address) ? address : throw Behind("nothing but a port follows the host");
        if (s_webSockets.Contains(address.Scheme, StringComparer.Ordinal))
            return address.PathAndQuery.Contains('@', StringComparison.Ordinal) || address.Fragment.Length > 0 ? throw Behind("no '@' or '#' follows the host") : address;
        throw new FormatException($"an address begins with {string.Join(", ", s_plain.Concat(s_webSockets).Select(scheme => scheme + Separator))}, or without any of them.");
    }

    static string WithScheme(string text) =>
        text.Contains(Separator, StringComparison.Ordinal) ? text : $"{s_plain[0]}{Separator}{text}";

    static bool HasNothingBehindTheHost(Uri address) => address.AbsolutePath is "" or "/" && address.Query.Length == 0 && address.Fragment.Length == 0;

    static FormatException Behind(string rule) => new($"{rule}; in a password write '/' as %2F, '?' as %3F, '#' as %23 and '@' as %40.");
}
