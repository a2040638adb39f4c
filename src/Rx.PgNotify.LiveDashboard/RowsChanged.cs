namespace Rx.PgNotify.LiveDashboard;

/// <summary>What is of interest in the trigger's payload: <c>{"op":"update","seq":1,"count":2}</c>. TRUNCATE has no count.</summary>
public sealed record RowsChanged(long Count = 0);
