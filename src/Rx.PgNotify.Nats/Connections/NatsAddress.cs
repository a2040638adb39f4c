using NATS.Client.Core;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>Which NATS it is, for messages.</summary>
static class NatsAddress
{
    /// <summary>The servers of the options, without users, passwords, tokens and whatever else a URL may have beside its host and port.</summary>
    internal static string Address(this INatsConnection nats) => string.Join(", ", Read(nats).Select(WithoutSecrets));

    /// <summary>Refuses what would be taken for a host although it is a piece of a password or of a token.</summary>
    /// <exception cref="ArgumentException">An '@' stands where no user is expected.</exception>
    internal static void ThrowIfAmbiguous(INatsConnection nats)
    {
        var urls = Read(nats);
        if (urls.Any(HasMoreBehindTheHost) || HasUserInALaterUrlOnly(urls))
        {
            throw new ArgumentException(
                "The connection to NATS has a URL with an '@' behind its host; in a password write ',' as %2C, '/' as %2F, '?' as %3F, '#' as %23 and '@' as %40.",
                nameof(nats));
        }
    }

    /// <summary>One URL, without spaces around it, as NATS.Net reads it; <see langword="null"/> if it is no URL.</summary>
    internal static Uri? Read(string url) =>
        Uri.TryCreate(url.Contains("://", StringComparison.Ordinal) ? url : $"nats://{url}", UriKind.Absolute, out var read) ? read : null;

    /// <summary>
    /// Whether a later URL has a user and the first one has none: that user is a piece of a password with a comma, as NATS.Net takes the
    /// user of the first URL for all of them.
    /// </summary>
    internal static bool HasUserInALaterUrlOnly(IReadOnlyList<Uri?> urls) => urls[0]?.UserInfo.Length is 0 && urls.Any(url => url?.UserInfo.Length > 0);

    static Uri?[] Read(INatsConnection nats) => [.. nats.Opts.Url.Split(',').Select(url => Read(url.Trim()))];

    static bool HasMoreBehindTheHost(Uri? url) => url is not null && $"{url.PathAndQuery}{url.Fragment}".Contains('@', StringComparison.Ordinal);

    static string WithoutSecrets(Uri? url) => url is null ? "a URL that can't be read" : $"{url.Scheme}://{url.Authority}";
}
