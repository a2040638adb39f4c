namespace Rx.PgNotify.Listening;

/// <summary>What the server does for a channel on the present connection.</summary>
enum ListenStatus
{
    /// <summary>It does not listen.</summary>
    NotListening,

    /// <summary>A LISTEN or UNLISTEN is on its way. Only the pump, which sent it, changes this: its answer comes, or the connection goes.</summary>
    InFlight,

    /// <summary>It has acknowledged LISTEN.</summary>
    Listening,
}
