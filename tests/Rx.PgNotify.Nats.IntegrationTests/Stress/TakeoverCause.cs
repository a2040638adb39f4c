namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>Of what a bridge loses its role.</summary>
public enum TakeoverCause
{
    /// <summary>Its process is killed.</summary>
    Kill,

    /// <summary>Its process stands still.</summary>
    Stop,

    /// <summary>Its backend is ended by an administrator. It may get the role back itself.</summary>
    Terminate,

    /// <summary>Its line to NATS is dead: what it sends is swallowed, and nothing comes.</summary>
    NatsLine,
}
