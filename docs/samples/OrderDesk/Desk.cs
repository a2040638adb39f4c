using System.Globalization;

namespace OrderDesk;

/// <summary>Carries out the commands that are typed.</summary>
sealed class Desk(OrdersTable table, Action<string> report)
{
    internal const string Commands = "create CUSTOMER AMOUNT, read ID, update ID STATUS, delete ID, quit";

    // What a command changes is not reported here: the channel reports it, like what others change.
    internal async Task ExecuteAsync(string line, CancellationToken cancellation)
    {
        switch (line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            case ["create", var customer, var text] when decimal.TryParse(text, CultureInfo.InvariantCulture, out var amount):
                await table.CreateAsync(customer, amount, cancellation);
                break;
            case ["read", var text] when IsId(text, out var id):
                report((await table.ReadAsync(id, cancellation))?.ToString() ?? $"there is no #{id}");
                break;
            case ["update", var text, var status] when IsId(text, out var id):
                if (!await table.UpdateAsync(id, status, cancellation))
                    report($"there is no #{id}");
                break;
            case ["delete", var text] when IsId(text, out var id):
                if (!await table.DeleteAsync(id, cancellation))
                    report($"there is no #{id}");
                break;
            case []:
                break;
            default:
                report($"commands: {Commands}");
                break;
        }
    }

    static bool IsId(string text, out int id) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);
}
