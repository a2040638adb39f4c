using System.Globalization;

namespace Rx.PgNotify.Connections;

/// <summary>One of the hosts of a connection string, as Npgsql reads it: with several ':' and no brackets it is an IPv6 address, without a port.</summary>
/// <param name="Name">The host, or the folder of its socket.</param>
/// <param name="Port">Its own port, if it has one.</param>
readonly record struct HostText(string Name, string? Port)
{
    const int LongestName = 255;

    // With the socket's name it fits into what an operating system has room for: 104 bytes, or 108.
    const int LongestFolder = 85;

    internal static HostText Parse(string host)
    {
        var colon = host.LastIndexOf(':');
        return !host.StartsWith('/') && colon > host.LastIndexOf(']')
            && (host.Contains(']', StringComparison.Ordinal) || host.IndexOf(':', StringComparison.Ordinal) == colon)
            ? new HostText(host[..colon], host[(colon + 1)..])
            : new HostText(host, null);
    }

    /// <summary>The port as a number; <paramref name="usual"/> if it has none of its own, and <see langword="null"/> if that is no port.</summary>
    internal int? PortOr(int usual) => Port is null ? usual : ReadPort(Port);

    /// <summary>The text as a number from 1 to 65535, or <see langword="null"/>.</summary>
    internal static int? ReadPort(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65_535 ? port : null;

    /// <summary>
    /// What of a list of hosts, as Npgsql's keyword has it, Npgsql fails at when it connects: with an exception that does not say which
    /// setting it is, and again and again. Repeats no value; <see langword="null"/> if there is nothing.
    /// </summary>
    internal static string? MistakeIn(string? hosts) =>
        hosts?.Split(',').Select(host => Parse(host).Mistake).FirstOrDefault(mistake => mistake is not null);

    string? Mistake => PortOr(0) is null ? "a host has a port that is no number from 1 to 65535."
        : Name.Length > (Name.StartsWith('/') ? LongestFolder : LongestName) ? "a host's name is too long."
        : null;
}
