namespace Rx.PgNotify.Nats;

/// <summary>Which part of the way from PostgreSQL to here is missing: the reason in a <see cref="NatsListenerException"/>.</summary>
public enum NatsListenerError
{
    /// <summary>A reason this version has no name for; the message and the inner exception say more.</summary>
    Unknown = 0,

    /// <summary>There is no connection to NATS, or it is silent.</summary>
    NatsUnavailable = 1,

    /// <summary>NATS is there, and no bridge.</summary>
    NoBridge = 2,

    /// <summary>
    /// NATS and a bridge are there, and no bridge is at work: mostly for want of PostgreSQL. The message says what the bridge says of
    /// itself.
    /// </summary>
    NoBridgeAtWork = 3,

    /// <summary>The bridge at work was replaced, or has a new connection to PostgreSQL.</summary>
    BridgeReplaced = 4,

    /// <summary>The NATS server does not permit this user one of the subjects; the message names it.</summary>
    PermissionDenied = 5,
}
