using NATS.Client.Core;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>
/// Why something failed at NATS, as the server or the operating system says it, to be put behind what has failed and where. What NATS.Net
/// itself says around it repeats the address.
/// </summary>
static class NatsReason
{
    internal static string Of(Exception failure) => failure switch
    {
        NatsException { InnerException: { } inner } e when IsAboutTheAddress(e) => Of(inner),
        NatsException e when IsAboutTheAddress(e) => "the server can't be reached; the log of NATS.Net has the system's reason",
        NatsServerException e => e.Error.Trim('\''),
        ObjectDisposedException => "the connection was disposed",
        OperationCanceledException => "it was lost, or took nothing more",
        ArgumentException or UriFormatException => "one of its URLs can't be used", // NATS.Net quotes it, with a password in it
        _ => string.Join(' ', ExceptionSummary.Of(failure).TrimEnd('.').Split(' ').Select(WithoutUser)),
    };

    /// <summary>Whether NATS has refused the log-in.</summary>
    internal static bool IsRefusedLogIn(Exception failure) => Causes(failure).OfType<NatsServerException>().Any(cause => cause.IsAuthError);

    /// <summary>The failure and what it came of: NATS.Net wraps what the server says.</summary>
    internal static IEnumerable<Exception> Causes(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
            yield return cause;
    }

    static string WithoutUser(string word)
    {
        var (slashes, at) = (word.IndexOf("//", StringComparison.Ordinal), word.LastIndexOf('@'));
        return slashes >= 0 && at > slashes ? $"{word.AsSpan(0, slashes)}//{word.AsSpan(at + 1)}" : word;
    }

    // "can not connect uris: …", which may come without an inner exception, and "can not start to connect nats server: …".
    static bool IsAboutTheAddress(NatsException e) =>
        e.Message.StartsWith("can not connect", StringComparison.Ordinal) || e.Message.StartsWith("can not start to connect", StringComparison.Ordinal);
}
