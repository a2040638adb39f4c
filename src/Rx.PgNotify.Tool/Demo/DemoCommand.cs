using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Rx.PgNotify.LocalPostgres;
using Rx.PgNotify.Tool.CommandLine;

namespace Rx.PgNotify.Tool.Demo;

/// <summary><c>pgnotify demo</c>: what the library does, on a server of its own, in a few seconds or in a browser.</summary>
static class DemoCommand
{
    internal static readonly string[] Examples = ["pgnotify demo", "pgnotify demo --web"];

    internal static Command Create()
    {
        var web = new Option<bool>("--web") { Description = "Serve a live dashboard to browsers on this machine until Ctrl-C" };
        var port = NumberOption.Create(
            "--port", "N", 0, 65_535, $"With --web: where; 0 for any free port. Default {WebDemo.UsualPort}, or a free one where that is taken");
        var command = new Command("demo", "Watch it work on a PostgreSQL server that lives as long as the demo; nothing stays behind") { web, port };
        command.Validators.Add(result =>
        {
            if (result.GetResult(port) is not null && !result.GetValue(web))
                result.AddError("--port goes with --web.");
        });
        command.SetAction((parsed, cancellation) => parsed.GetValue(web)
            ? WebDemo.RunAsync(parsed.GetValue(port), Console.Out, cancellation)
            : RunAsync(Console.Out, cancellation));
        return command;
    }

    static async Task<int> RunAsync(TextWriter output, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        await output.WriteLineAsync("PostgreSQL notifications as Rx streams\n");
        await using var server = await PostgresServer.StartAsync(cancellationToken: cancellation);
        await output.WriteLineAsync($"1. PostgreSQL {server.Version} runs, from {server.Source}.");

        await using var database = NpgsqlDataSource.Create(await server.CreateDatabaseAsync(cancellationToken: cancellation));
        var right = await new DemoStory(database, output).RunAsync(cancellation);
        var seconds = clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        await output.WriteLineAsync(right ? $"\nRight: the table says the same. {seconds} s." : "\nWRONG: the table says something else.");
        return right ? ExitCode.Success : ExitCode.Failure;
    }
}
