using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rx.PgNotify;

namespace OrderWorker;

/// <summary>
/// Ships at the start, after each insert, and after each gap in the notifications: one run at a time, a burst of inserts
/// makes one, and nothing that was inserted while nobody listened is forgotten.
/// </summary>
sealed partial class ShippingService(PgListener listener, OrdersTable table, ILogger<ShippingService> logger) : BackgroundService
{
    // After a restart of the server the pool's connections are dead, and the first run fails on one of them.
    static readonly TimeSpan s_retryDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>Ends when the host stops, which cancels a run under way; what the listener fails with stops the host.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await table.CreateIfMissingAsync(stoppingToken);
        await listener.Channel(OrdersTable.Channel)
            .LiveQuery(
                table.ShipOpenAsync,
                new() { QueryFailed = error => LogFailure(logger, error.Message), RetryDelay = s_retryDelay })
            .SelectMany(shipped => shipped)
            .Do(order => LogShipped(logger, order))
            .LastOrDefaultAsync()
            .ToTask(stoppingToken);
    }

    [LoggerMessage(1, LogLevel.Information, "Shipped {Order}")]
    static partial void LogShipped(ILogger logger, string order);

    [LoggerMessage(2, LogLevel.Warning, "Nothing was shipped, trying again: {Reason}")]
    static partial void LogFailure(ILogger logger, string reason);
}
