namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>What may befall one part of the way.</summary>
interface IFaults
{
    /// <summary>Lets one thing happen, and sees to it that it is over when this completes, soon after the stop at the latest.</summary>
    Task StrikeAsync(Random random, CancellationToken stop);
}
