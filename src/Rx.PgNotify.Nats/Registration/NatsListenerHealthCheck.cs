using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Rx.PgNotify.Nats.Registration;

/// <summary>Reports the state of a listener, which knows it: nobody is asked.</summary>
sealed class NatsListenerHealthCheck(NatsListener listener) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var state = listener.CurrentState;
        var (status, description) = Judge(state, context.Registration.FailureStatus);
        var data = new Dictionary<string, object>(StringComparer.Ordinal) { ["state"] = state.GetType().Name };
        if (state is ListenerState.Reconnecting { Cause: NatsListenerException { Error: var missing } })
            data["missing"] = missing.ToString();
        // Without an exception: reports are shown, and what it says may not be.
        return Task.FromResult(new HealthCheckResult(status, description, data: data));
    }

    static (HealthStatus Status, string Description) Judge(ListenerState state, HealthStatus failure) => state switch
    {
        ListenerState.Listening => (HealthStatus.Healthy, "A bridge is heard."),
        ListenerState.Idle => (HealthStatus.Healthy, "Idle: nobody subscribes."),
        ListenerState.Connecting => (HealthStatus.Degraded, "A bridge is being looked for."),
        ListenerState.Reconnecting { Cause: NatsListenerException { Error: var missing } } => (HealthStatus.Degraded, Describe(missing)),
        ListenerState.Reconnecting => (HealthStatus.Degraded, "No bridge is heard."),
        ListenerState.Faulted { Cause.Error: var error } => (failure, $"Gave up: {error}."),
        _ => (failure, $"{state.GetType().Name}."),
    };

    internal static string Describe(NatsListenerError missing) => missing switch
    {
        NatsListenerError.NatsUnavailable => "There is no connection to NATS.",
        NatsListenerError.NoBridge => "NATS is there, and no bridge.",
        NatsListenerError.NoBridgeAtWork => "There is a bridge, and none is at work: PostgreSQL is missing to it.",
        NatsListenerError.BridgeReplaced => "The bridge was replaced; the new one is being asked.",
        NatsListenerError.PermissionDenied => "NATS does not permit one of the subjects.",
        _ => "No bridge is heard.",
    };
}
