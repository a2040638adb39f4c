using System.Globalization;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// The recipe for HybridCache. Reads a price through the cache for each line <c>read</c>, and prints it with the number of times
/// that the database was asked; writes one for each line <c>write PRICE</c>, past its own cache. Prints a line once the
/// server listens and what was cached before has been dropped.
/// </summary>
static class CacheProgram
{
    internal static async Task<int> RunAsync()
    {
        var connection = Environment.GetEnvironmentVariable("CACHE_CONNECTION")!;
        await using var database = NpgsqlDataSource.Create(connection);
        await new TableTrigger("prices").InstallAsync(database);

        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton(database);
        builder.Services.AddPgListener();
        builder.Services.AddHybridCache();
        builder.Services.AddHostedService<DropPrices>();
        using var host = builder.Build();
        await host.StartAsync();

        var reads = 0;
        var cache = host.Services.GetRequiredService<HybridCache>();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line.Split(' ') is ["write", var price])
            {
                await using var command = database.CreateCommand("UPDATE prices SET price = $1");
                command.Parameters.Add(new NpgsqlParameter<decimal> { TypedValue = decimal.Parse(price, CultureInfo.InvariantCulture) });
                await command.ExecuteNonQueryAsync();
                Console.WriteLine("written");
            }
            else
            {
                var cached = await cache.GetOrCreateAsync("price of tea", ReadAsync, tags: ["prices"]);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cached} {reads}"));
            }
        }

        await host.StopAsync();
        return 0;

        async ValueTask<decimal> ReadAsync(CancellationToken cancellation)
        {
            reads++;
            await using var command = database.CreateCommand("SELECT price FROM prices WHERE article = 'tea'");
            return (decimal)(await command.ExecuteScalarAsync(cancellation))!;
        }
    }

    sealed class DropPrices(PgListener listener, HybridCache cache) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var isFirst = true;
            await foreach (var _ in listener.Channel("prices").Signals.ReadAllAsync(stoppingToken))
            {
                await cache.RemoveByTagAsync("prices", stoppingToken);
                if (isFirst)
                    Console.WriteLine("listening");
                isFirst = false;
            }
        }
    }
}
