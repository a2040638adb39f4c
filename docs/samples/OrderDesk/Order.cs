using System.Globalization;

namespace OrderDesk;

/// <summary>A row of the table, read by a query or sent by the trigger.</summary>
sealed record Order(int Id, string Customer, string Status, decimal Amount)
{
    // A row could otherwise send commands to the terminal.
    public override string ToString() => string.Concat(
        string.Create(CultureInfo.InvariantCulture, $"#{Id} {Customer} {Status} {Amount:N2}").Select(c => char.IsControl(c) ? '?' : c));
}
