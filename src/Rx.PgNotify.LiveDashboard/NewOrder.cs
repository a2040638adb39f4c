namespace Rx.PgNotify.LiveDashboard;

/// <summary>What a browser sends to have an order added.</summary>
public sealed record NewOrder(string Customer, decimal Amount)
{
    /// <summary>What is wrong with it, in words for the person who typed it; null if nothing is.</summary>
    internal string? Refusal => this switch
    {
        { Customer: var customer } when string.IsNullOrWhiteSpace(customer) || customer.Length > 100 || customer.Contains('\0') =>
            "A customer's name has 1 to 100 characters.",
        { Amount: <= 0 or > 99_999_999 } => "An amount is more than 0, and 99,999,999 at the most.",
        _ => null,
    };
}
