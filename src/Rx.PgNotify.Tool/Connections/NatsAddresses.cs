using Rx.PgNotify.Nats.Connections;

namespace Rx.PgNotify.Tool.Connections;

/// <summary>Checks the addresses of NATS servers before NATS.Net reads them.</summary>
/// <remarks>
/// NATS.Net shows addresses without user and password. But an unescaped '/', '?' or '#' in a password moves its rest into the path,
/// the query or the fragment, and an unescaped ',' into another address: so nothing of that passes. No message repeats a part of the
/// text.
/// </remarks>
static class NatsAddresses
{
    static readonly string[] s_plain = ["nats", "tls"];
    static readonly string[] s_webSockets = ["ws", "wss"];

    /// <exception cref="FormatException">It is no list of addresses; the message says what is wrong.</exception>
    internal static void Check(string text)
    {
        var addresses = text.Split(',').Select(Parse).ToArray();
        if (NatsAddress.HasUserInALaterUrlOnly(addresses))
            throw new FormatException("user and password stand in the first address; in a password write ',' as %2C.");
    }

    /// <summary>Whether the addresses name a user, or a token.</summary>
    internal static bool NameUser(string text) => Parse(text.Split(',')[0]).UserInfo.Length > 0;

    static Uri Parse(string text)
    {
        if (text.Length == 0 || NatsAddress.Read(text) is not { } address)
        {
            throw new FormatException(
                "the text is no address such as nats://broker:4222; in a password write '/' as %2F, '@' as %40 and ':' as %3A.");
        }

        var isPlain = s_plain.Contains(address.Scheme, StringComparer.Ordinal);
        if (!isPlain && !s_webSockets.Contains(address.Scheme, StringComparer.Ordinal))
        {
            var schemes = s_plain.Concat(s_webSockets).Select(scheme => $"{scheme}://");
            throw new FormatException($"an address begins with {string.Join(", ", schemes)}, or without any of them.");
        }

        // What may hold the rest of a password. A server behind a web server has a path.
        var behindTheHost = $"{address.PathAndQuery}{address.Fragment}";
        if (isPlain ? behindTheHost is not ("" or "/") : behindTheHost.AsSpan().ContainsAny('@', '#'))
        {
            var rule = isPlain ? "nothing but a port follows the host" : "no '@' or '#' follows the host";
            throw new FormatException($"{rule}; in a password write '/' as %2F, '?' as %3F, '#' as %23 and '@' as %40.");
        }

        return address;
    }
}
