using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Rx.PgNotify.LiveDashboard;

/// <summary>The dashboard as a web server on this machine's loopback address, with one listener for all browsers.</summary>
public sealed class DashboardServer : IAsyncDisposable
{
    // Rows are shown as text, and nothing else could run either: no inline script, and nothing from another host.
    const string ContentSecurityPolicy =
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

    // By default 30 s: half a request, from whoever does not go on, would hold up the end so long.
    static readonly TimeSpan s_longestStop = TimeSpan.FromSeconds(2);

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

    // Empty: no configuration from the environment could open it to the network.
    static WebApplication Build(NpgsqlDataSource database, OrdersTable table, int port, Action<ILoggingBuilder> logging)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4_096;
        });
        // A start that fails is thrown to the caller, who reports it.
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging(builder.Logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_longestStop);
        builder.Services.AddRoutingCore();
        // A page of another host whose name leads to 127.0.0.1 would pass for our own.
        builder.Services.AddHostFiltering(hosts => hosts.AllowedHosts = ["localhost", "127.0.0.1"]);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, DashboardJson.Default));
        builder.Services.AddSingleton<IHostLifetime, ProgramLifetime>();
        builder.Services.AddSingleton(table);
        builder.Services.AddSingleton(services => new PgListener(
            database, new PgListenerOptions { LoggerFactory = services.GetRequiredService<ILoggerFactory>() }));
        builder.Services.AddSingleton<DashboardFeed>();

        var web = builder.Build();
        web.UseHostFiltering();
        web.Use(WithSecurityHeaders);
        web.MapPage();
        web.MapOrders();
        web.MapGet("/events", (DashboardFeed feed) => TypedResults.ServerSentEvents(feed.EventsAsync()));
        return web;
    }

    static RequestDelegate WithSecurityHeaders(RequestDelegate next) => context =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";
        return next(context);
    };
}
