namespace LiveOrders;

/// <summary>A row of the list. A record compares by value: so <c>BindTo</c> sees which rows changed.</summary>
sealed record Order(int Id, string Customer, string Status, decimal Amount);
