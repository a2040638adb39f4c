using Npgsql;
using Rx.PgNotify.Tables;

namespace OrderDesk;

/// <summary>
/// The table's rows in memory. Each change is applied by its key; where the channel has no rows, all are read anew,
/// and what turns out to be different is reported like any other change.
/// </summary>
sealed class OrdersMirror(OrdersTable table, Action<string> report)
{
    // After a restart of the server the pool's connections are dead, and the first query fails on one of them.
    static readonly TimeSpan s_retryDelay = TimeSpan.FromMilliseconds(500);

    readonly SortedDictionary<int, Order> _orders = [];
    bool _isLoaded;

    /// <summary>Applies a change. Calls must not overlap: a reload takes its time, and what follows comes after it.</summary>
    internal async Task ApplyAsync(TableChange<Order> change, CancellationToken cancellation)
    {
        switch (change)
        {
            case TableChange<Order>.Insert(var order):
                Put(order);
                break;
            case TableChange<Order>.Update(_, var order):
                Put(order);
                break;
            case TableChange<Order>.Delete(var order):
                Remove(order.Id);
                break;
            default:
                Replace(await ReadAllAsync(cancellation));
                break;
        }
    }

    void Replace(List<Order> orders)
    {
        if (!_isLoaded)
            report($"{orders.Count} orders");
        foreach (var id in _orders.Keys.Except(orders.Select(order => order.Id)).ToArray())
            Remove(id);
        foreach (var order in orders)
            Put(order);
        _isLoaded = true;
    }

    // A change may come that the last reading already contained.
    void Put(Order order)
    {
        var isKnown = _orders.TryGetValue(order.Id, out var former);
        if (order == former)
            return;
        _orders[order.Id] = order;
        report(isKnown ? $"* {order}, was {former!.Status} {former.Amount}" : $"+ {order}");
    }

    void Remove(int id)
    {
        if (_orders.Remove(id, out var order))
            report($"- {order}");
    }

    async Task<List<Order>> ReadAllAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await table.ReadAllAsync(cancellation);
            }
            catch (NpgsqlException)
            {
                await Task.Delay(s_retryDelay, cancellation);
            }
        }
    }
}
