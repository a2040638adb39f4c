using NATS.Client.Core;

namespace Rx.PgNotify.Nats.Connections;

/// <summary>What NATS.Net itself has given up: it tries no further, so there is no use in waiting for it.</summary>
static class GivenUpConnection
{
    /// <summary>Why it has given up; <see langword="null"/> if it has not.</summary>
    /// <param name="failure">What came of asking for the connection.</param>
    /// <param name="options">Of the connection.</param>
    internal static (PgListenerError Error, string Message)? Find(Exception failure, NatsOpts options) =>
        NatsReason.Causes(failure).OfType<NatsConnectionFailedException>().FirstOrDefault() is { } givenUp ? Explain(givenUp.Message, options) : null;

    /// <summary>Why NATS has refused the log-in; <see langword="null"/> if it has not.</summary>
    /// <param name="failure">A <see cref="NatsListenerException"/>, whose message is a whole sentence.</param>
    internal static (PgListenerError Error, string Message)? FindRefusal(Exception failure) =>
        NatsReason.IsRefusedLogIn(failure) ? (PgListenerError.AuthenticationFailed, failure.Message) : null;

    // There is one exception for log-ins that are refused and for attempts that are spent. When NATS.Net gives up its text says which, but
    // later only that it has: then the options may exclude one of the two.
    static (PgListenerError Error, string Message) Explain(string text, NatsOpts options)
    {
        var mayBeRefused = !options.IgnoreAuthErrorAbort && !text.Contains("retry attempts", StringComparison.Ordinal);
        var mayBeSpent = options.MaxReconnectRetry > 0 && !text.Contains("authentication", StringComparison.Ordinal);
        return (mayBeRefused, mayBeSpent) switch
        {
            (true, false) => (PgListenerError.AuthenticationFailed, $"NATS refused the log-in again and again, and NATS.Net has given up: {text}."),
            (false, true) => (
                PgListenerError.ReconnectBudgetSpent,
                $"NATS.Net has given up after {options.MaxReconnectRetry} attempts to connect, MaxReconnectRetry of its options: {text}."),
            _ => (
                PgListenerError.Unknown,
                "NATS.Net has given up, as NATS has refused the log-in again and again or after MaxReconnectRetry of its options attempts to "
                + $"connect, {options.MaxReconnectRetry}; its log says which: {text}."),
        };
    }
}
