using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rx.PgNotify.LiveDashboard;

/// <summary>A web server for browsers on this machine, which no page of another host can use.</summary>
static class LoopbackWeb
{
    // Rows are shown as text, and nothing else could run either: no inline script, and nothing from another host.
    const string ContentSecurityPolicy =
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

    // By default 30 s: half a request, from whoever does not go on, would hold up the end so long.
    static readonly TimeSpan s_longestStop = TimeSpan.FromSeconds(2);

    // Empty: no configuration from the environment could open it to the network.
    internal static WebApplicationBuilder CreateBuilder(int port, Action<ILoggingBuilder> logging)
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
        builder.Services.AddSingleton<IHostLifetime, ProgramLifetime>();
        return builder;
    }

    /// <summary>To be called before anything is mapped.</summary>
    internal static void UseLoopbackProtection(this WebApplication web)
    {
        web.UseHostFiltering();
        web.Use(WithSecurityHeaders);
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
