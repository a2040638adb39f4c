using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rx.PgNotify.Connections;

/// <summary>One <c>host:port</c> of a URI; either may be missing, and an IPv6 address stands in brackets.</summary>
readonly record struct HostPort(string Host, int? Port)
{
    internal static HostPort Parse(string text)
    {
        var afterHost = text.LastIndexOf(':');
        var bracket = text.LastIndexOf(']');
        if (afterHost < 0 || afterHost < bracket)
            afterHost = text.Length;
        return new HostPort(ParseHost(text[..afterHost]), ParsePort(text[afterHost..]));
    }

    /// <summary>As Npgsql reads it in a list of hosts.</summary>
    public override string ToString()
    {
        var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{host}:{port}") : host;
    }

    static string ParseHost(string text)
    {
        if (text.StartsWith('['))
        {
            if (text.EndsWith(']') && IPAddress.TryParse(text[1..^1], out var address)
                && address.AddressFamily == AddressFamily.InterNetworkV6)
                return text[1..^1];
            throw new FormatException("a host in brackets is not an IPv6 address.");
        }

        if (text.Contains(':', StringComparison.Ordinal))
            throw new FormatException("a host has more than one ':'; write an IPv6 address in brackets, and ':' in a password as %3A.");
        var host = PercentDecoding.Decode(text, "the host");
        if (host.Contains(',', StringComparison.Ordinal))
            throw new FormatException("a host contains ','.");
        return host.Length == 0 ? "localhost" : host;
    }

    static int? ParsePort(string text)
    {
        if (text.Length <= 1)
            return null;
        return HostText.ReadPort(text.AsSpan(1)) ?? throw new FormatException(
            "a port is not a number from 1 to 65535; in a password write '/' as %2F, '@' as %40 and ':' as %3A.");
    }
}
