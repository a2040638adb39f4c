namespace Rx.PgNotify.Benchmarks.Scaling.Processes;

/// <summary>The roles, one to a process.</summary>
enum RoleKind
{
    /// <summary><see cref="NotifyingRole"/>.</summary>
    Notifying,

    /// <summary><see cref="WritingRole"/>.</summary>
    Writing,

    /// <summary><see cref="ReceivingRole"/>.</summary>
    Receiving,

    /// <summary><see cref="BridgeRole"/>.</summary>
    Bridge,
}
