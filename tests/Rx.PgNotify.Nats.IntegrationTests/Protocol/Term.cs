namespace Rx.PgNotify.Nats.IntegrationTests.Protocol;

/// <summary>What each message of a bridge says of it.</summary>
/// <param name="Order">That of its epoch: larger than of every one before.</param>
/// <param name="Heartbeat">How long it may be silent.</param>
sealed record Term(long Order, TimeSpan Heartbeat)
{
    /// <summary>So long that nothing happens for want of a message.</summary>
    public static readonly TimeSpan Patient = TimeSpan.FromHours(1);

    /// <summary>The rest of the epoch's name: at random with a real bridge.</summary>
    public long Id => Order * 31;
}
