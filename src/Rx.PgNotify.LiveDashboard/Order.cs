namespace Rx.PgNotify.LiveDashboard;

public sealed record Order(int Id, string Customer, decimal Amount, DateTime Placed);
