using System.Globalization;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>Reports the state of a listener, which knows it: no connection is opened to find out.</summary>
sealed class PgListenerHealthCheck(PgListener listener) : IHealthCheck
{
    // The state comes over the DeliveryScheduler of the options, if one is set, which may be stuck or gone.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ListenerState state;
        try
        {
            state = await listener.State.FirstAsync().Timeout(s_patience).ToTask(cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new HealthCheckResult(
                HealthStatus.Degraded,
                "Not known: nothing is delivered to observers; the listener's DeliveryScheduler is busy or disposed.",
                data: new Dictionary<string, object>(StringComparer.Ordinal) { ["state"] = "Unknown" });
        }

        var (status, description) = Judge(state, context.Registration.FailureStatus);
        var data = new Dictionary<string, object>(StringComparer.Ordinal) { ["state"] = state.GetType().Name };
        if (state is ListenerState.Reconnecting { Attempt: var attempt })
            data["attempt"] = attempt;
        // Without an exception: reports are shown, and what it says may not be.
        return new HealthCheckResult(status, description, data: data);
    }

    static (HealthStatus Status, string Description) Judge(ListenerState state, HealthStatus failure) => state switch
    {
        ListenerState.Listening => (HealthStatus.Healthy, "Listening."),
        ListenerState.Idle => (HealthStatus.Healthy, "Idle: nobody subscribes."),
        ListenerState.Connecting => (HealthStatus.Degraded, "The first connection is being opened."),
        ListenerState.Reconnecting { Attempt: var attempt, Cause: var cause } => (HealthStatus.Degraded, string.Create(
            CultureInfo.InvariantCulture, $"There is no connection, and attempt {attempt} to have one is next: {FailureCause.Of(cause)}.")),
        ListenerState.Faulted { Cause: var cause } => (failure, $"Gave up: {FailureCause.Of(cause)}."),
        _ => (failure, $"{state.GetType().Name}."),
    };
}
