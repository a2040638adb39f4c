using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rx.PgNotify.LiveDashboard;

namespace Rx.PgNotify.Tool.Watching.Web;

/// <summary>The page that shows the changes, for browsers on this machine that know its address.</summary>
sealed class WatchServer : IAsyncDisposable
{
    internal const int UsualPort = 5_081;

    const int SecretDigits = 32;

    readonly WebApplication _web;
    readonly ChangeLog _log;
    readonly string _secret;

    WatchServer(WebApplication web, ChangeLog log, string secret) => (_web, _log, _secret) = (web, log, secret);

    /// <summary>Where a browser finds it. Whoever has it sees the rows.</summary>
    internal Uri Address => new(new Uri(_web.Urls.Single()), $"{_secret}/");

    /// <param name="log">The changes.</param>
    /// <param name="port">0 for any free one; <see langword="null"/> for the usual one, or a free one where that is taken.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    internal static async Task<WatchServer> StartAsync(ChangeLog log, int? port, CancellationToken cancellation)
    {
        try
        {
            return await StartOnAsync(log, port ?? UsualPort, cancellation);
        }
        catch (IOException e) when (port is null && e.InnerException is AddressInUseException)
        {
            return await StartOnAsync(log, 0, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Before the web server stops: it waits for open requests, and the events of a browser never end by themselves.
        _log.Complete();
        await _web.StopAsync();
        await _web.DisposeAsync();
    }

    static async Task<WatchServer> StartOnAsync(ChangeLog log, int port, CancellationToken cancellation)
    {
        // Anybody with an account on this machine can connect to it; the rows are for whoever was shown the address.
        var secret = RandomNumberGenerator.GetHexString(SecretDigits, lowercase: true);
        var web = LoopbackWeb.CreateBuilder(port, WithoutLog).Build();
        try
        {
            web.UseLoopbackProtection();
            var page = web.MapGroup($"/{secret}");
            page.MapPage(typeof(WatchServer).Assembly);
            page.MapGet("/events", (HttpRequest request) => TypedResults.ServerSentEvents(log.ReadAsync(LastSeen(request))));
            await web.StartAsync(cancellation);
            return new WatchServer(web, log, secret);
        }
        catch
        {
            await web.DisposeAsync();
            throw;
        }
    }

    // A browser that comes back says what it had.
    static long LastSeen(HttpRequest request) =>
        long.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    // The page shows how the line stands.
    static void WithoutLog(ILoggingBuilder logging)
    {
    }
}
