using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rx.PgNotify.LiveDashboard;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Tool.Demo;

/// <summary><c>pgnotify demo --web</c>: the dashboard, and somebody who writes.</summary>
static class WebDemo
{
    internal const int UsualPort = 5_080;

    internal static async Task<int> RunAsync(int? port, TextWriter output, CancellationToken cancellation)
    {
        await output.WriteLineAsync("A live dashboard over PostgreSQL notifications\n");
        await using var server = await PostgresServer.StartAsync(cancellationToken: cancellation);
        await output.WriteLineAsync($"PostgreSQL {server.Version} runs, from {server.Source}.");

        var connection = await server.CreateDatabaseAsync(cancellationToken: cancellation);
        await using var database = NpgsqlDataSource.Create(connection);
        await using var dashboard = await StartDashboardAsync(database, port, cancellation);
        await output.WriteLineAsync($"Orders are being written. See them in a browser: {dashboard.Address}\nCtrl-C ends it.");
        try
        {
            await OrdersWriter.WriteAsync(database, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The end that was meant; before it served, it would have been an interruption.
        }

        return ExitCode.Success;
    }

    static async Task<DashboardServer> StartDashboardAsync(NpgsqlDataSource database, int? port, CancellationToken cancellation)
    {
        try
        {
            return await DashboardServer.StartAsync(database, port ?? UsualPort, WithoutLog, cancellation);
        }
        catch (IOException e) when (port is null && e.InnerException is AddressInUseException)
        {
            return await DashboardServer.StartAsync(database, 0, WithoutLog, cancellation);
        }
    }

    // The page shows how the line stands.
    static void WithoutLog(ILoggingBuilder logging)
    {
    }
}
