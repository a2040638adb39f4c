using System.CommandLine;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Connections;
using Rx.PgNotify.Tool.Doctor;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Top;

/// <summary><c>pgnotify top</c>: who listens and notifies, and who holds the queue back.</summary>
static class TopCommand
{
    const int DefaultSeconds = 2;
    const int MaxSeconds = 3_600;

    internal static readonly string[] Examples =
    [
        "pgnotify top --connection postgres://me@localhost/shop",
        "pgnotify top --interval 10",
        "pgnotify top --once",
        "pgnotify top --format json | jq 'select(.listens).channels'",
    ];

    internal static Command Create()
    {
        var connection = ConnectionOption.Create();
        var format = FormatOption.Create();
        var once = new Option<bool>("--once") { Description = "Show the present state and end, as on a pipe and with json" };
        var interval = NumberOption.Create("--interval", "SECONDS", 1, MaxSeconds, $"How often it is refreshed [default: {DefaultSeconds}]");
        var command = new Command("top", "Show who listens and notifies, and who holds the queue back; changes nothing")
        {
            connection, format, once, interval,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var target = ConnectionOption.Read(parsed, connection);
            return UntilCancelledAsync(
                parsed.GetValue(format) is OutputFormat.Json ? WriteJsonAsync(target, cancellation)
                : parsed.GetValue(once) || !Terminal.IsRich ? WriteTextAsync(target, cancellation)
                : RefreshAsync(target, TimeSpan.FromSeconds(parsed.GetValue(interval) ?? DefaultSeconds), cancellation),
                cancellation);
        });
        return command;
    }

    static async Task<int> UntilCancelledAsync(Task<int> run, CancellationToken cancellation)
    {
        try
        {
            return await run;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Success;
        }
    }

    static async Task<int> WriteJsonAsync(NpgsqlConnectionStringBuilder target, CancellationToken cancellation)
    {
        var snapshot = await ReadOnceAsync(target, cancellation);
        await using var stdout = StandardOutput.Open();
        using var json = new JsonLines(stdout);
        return Written(() => TopJson.Write(json, snapshot, Target.Shown(target)));
    }

    static async Task<int> WriteTextAsync(NpgsqlConnectionStringBuilder target, CancellationToken cancellation)
    {
        var snapshot = await ReadOnceAsync(target, cancellation);
        await using var stdout = StandardOutput.Open();
        var text = string.Concat(TopLines.Of(snapshot, null, Target.Shown(target)).Select(line => $"{line.Text}\n"));
        return Written(() => stdout.Write(Encoding.UTF8.GetBytes(text)));
    }

    static async Task<int> RefreshAsync(NpgsqlConnectionStringBuilder target, TimeSpan interval, CancellationToken cancellation)
    {
        await using var database = Database.Of(target);
        await using var reader = new SnapshotReader(database.ForPrimary());
        var shown = Target.Shown(target);
        var latest = await reader.ReadAsync(cancellation);
        await new TopScreen(Terminal.Open(Console.Out)).RunAsync(async draw =>
        {
            draw(TopLines.Of(latest, null, shown));
            while (await PauseAsync(interval, cancellation))
            {
                try
                {
                    var earlier = latest;
                    latest = await reader.ReadAsync(cancellation);
                    draw(TopLines.Of(latest, earlier, shown));
                }
                catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or SocketException)
                {
                    draw(TopLines.Of(latest, null, shown).Prepend(($"No answer since: {PlainText.OneLine(ExceptionSummary.Of(e))}", TopTone.Problem)));
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                }
            }
        });
        return ExitCode.Success;
    }

    static async Task<Snapshot> ReadOnceAsync(NpgsqlConnectionStringBuilder target, CancellationToken cancellation)
    {
        await using var database = Database.Of(target);
        await using var reader = new SnapshotReader(database.ForPrimary());
        return await reader.ReadAsync(cancellation);
    }

    static int Written(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e) when (StandardOutput.IsClosed(e))
        {
        }

        return ExitCode.Success;
    }

    /// <returns>Whether to go on.</returns>
    static async Task<bool> PauseAsync(TimeSpan interval, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(interval, cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
