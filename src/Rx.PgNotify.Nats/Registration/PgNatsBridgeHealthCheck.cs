using Microsoft.Extensions.Diagnostics.HealthChecks;
using Rx.PgNotify.DependencyInjection;

namespace Rx.PgNotify.Nats.Registration;

/// <summary>Reports the state of a bridge, which knows it: nobody is asked.</summary>
sealed class PgNatsBridgeHealthCheck(PgNatsBridge bridge) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var state = bridge.CurrentState;
        var (status, description) = state switch
        {
            BridgeState.AtWork => (HealthStatus.Healthy, "At work."),
            BridgeState.StandingBy => (HealthStatus.Healthy, "Standing by: another bridge is at work."),
            BridgeState.Connecting => (HealthStatus.Degraded, "Connecting."),
            BridgeState.Failing { Cause: NatsListenerException { Error: NatsListenerError.PermissionDenied } } => (
                context.Registration.FailureStatus, NatsListenerHealthCheck.Describe(NatsListenerError.PermissionDenied)),
            BridgeState.Failing { Cause: NatsListenerException } => (context.Registration.FailureStatus, "There is no connection to NATS, or it can't serve."),
            BridgeState.Failing { Cause: var cause } => (
                context.Registration.FailureStatus, $"There is no connection to PostgreSQL, or it can't serve: {FailureCause.Of(cause)}."),
            _ => (context.Registration.FailureStatus, $"{state.GetType().Name}."),
        };
        var data = new Dictionary<string, object>(StringComparer.Ordinal) { ["state"] = state.GetType().Name };
        if (state is BridgeState.Failing failing)
            data["missing"] = failing.Cause is NatsListenerException { Error: var missing } ? missing.ToString() : "PostgreSql";
        // Without an exception: reports are shown, and what it says may not be.
        return Task.FromResult(new HealthCheckResult(status, description, data: data));
    }
}
