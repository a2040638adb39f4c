namespace Rx.PgNotify.LiveDashboard;

/// <summary>How things stand between this program and PostgreSQL.</summary>
/// <param name="State">What the listener is doing: the name of a <see cref="ListenerState"/>, without what caused it.</param>
/// <param name="Stale">Whether the last attempt to read the orders failed.</param>
public sealed record LineStatus(string State, bool Stale)
{
    internal static LineStatus Of(ListenerState state, bool stale) => new(state.GetType().Name, stale);
}
