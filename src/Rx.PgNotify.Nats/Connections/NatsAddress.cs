using NATS.Client.Core;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>Which NATS it is, for messages.</summary>
static class NatsAddress
{
    /// <summary>The servers of the options, without users, passwords, tokens and whatever else a URL may have beside its host and port.</summary>
    internal static string Address(this INatsConnection nats) => string.Join(", ", nats.Opts.Url.Split(',').Select(WithoutSecrets));

    // As NATS.Net reads it.
    static string WithoutSecrets(string url)
    {
        var text = url.Trim();
        if (!text.Contains("://", StringComparison.Ordinal))
            text = $"nats://{text}";
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) ? $"{uri.Scheme}://{uri.Authority}" : "a URL that can't be read";
    }
}
