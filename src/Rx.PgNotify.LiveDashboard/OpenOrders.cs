namespace Rx.PgNotify.LiveDashboard;

/// <summary>What the table held at one moment: the newest open orders, and the number and the worth of all.</summary>
public sealed record OpenOrders(long Count, decimal Total, IReadOnlyList<Order> Newest);
