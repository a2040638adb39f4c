using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Nats.Diagnostics;

/// <summary>What a bridge has failed of, in one line that names the end.</summary>
static class FailureText
{
    // What has failed at NATS says so itself.
    internal static string Of(Exception failure) =>
        failure is NatsListenerException ? ExceptionSummary.Of(failure) : $"PostgreSQL: {ExceptionSummary.Of(failure)}";
}
