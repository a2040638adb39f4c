using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Rx.PgNotify.LiveDashboard;

/// <summary>The dashboard as a web server on this machine's loopback address, with one listener for all browsers.</summary>
public sealed class DashboardServer : IAsyncDisposable
{
    readonly WebApplication _web;

    DashboardServer(WebApplication web) => _web = web;

    /// <summary>Where a browser finds it.</summary>
    public Uri Address => new(_web.Urls.Single());

    /// <summary>Makes the table where it is missing, and serves from then on.</summary>
    /// <param name="database">The database of the orders; stays the caller's.</param>
    /// <param name="port">0 for any free one.</param>
    /// <param name="logging">Where warnings go, the listener's too.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<DashboardServer> StartAsync(
        NpgsqlDataSource database, int port, Action<ILoggingBuilder> logging, CancellationToken cancellation)
    {
        var table = new OrdersTable(database);
        await table.CreateIfMissingAsync(cancellation);

        var web = Build(database, table, port, logging);
        try
        {
            web.Services.GetRequiredService<DashboardFeed>();
            await web.StartAsync(cancellation);
            return new DashboardServer(web);
        }
        catch
        {
            await web.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Before the web server stops: it waits for open requests, and the events of a browser never end by themselves.
        _web.Services.GetRequiredService<DashboardFeed>().Dispose();
        await _web.StopAsync();
        await _web.DisposeAsync();
    }

    static WebApplication Build(NpgsqlDataSource database, OrdersTable table, int port, Action<ILoggingBuilder> logging)
    {
        var builder = LoopbackWeb.CreateBuilder(port, logging);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, DashboardJson.Default));
        builder.Services.AddSingleton(table);
        builder.Services.AddSingleton(services => new PgListener(
            database, new PgListenerOptions { LoggerFactory = services.GetRequiredService<ILoggerFactory>() }));
        builder.Services.AddSingleton<DashboardFeed>();

        var web = builder.Build();
        web.UseLoopbackProtection();
        web.MapPage(typeof(DashboardServer).Assembly);
        web.MapOrders();
        web.MapGet("/events", (DashboardFeed feed) => TypedResults.ServerSentEvents(feed.EventsAsync()));
        return web;
    }
}
