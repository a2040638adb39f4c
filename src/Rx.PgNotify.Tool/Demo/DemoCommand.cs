using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.Tool.Demo;

/// <summary><c>pgnotify demo</c>: what the library does, on a server of its own, in a few seconds.</summary>
static class DemoCommand
{
    internal static Command Create()
    {
        var command = new Command("demo", "Watch it work on a PostgreSQL server that lives for a few seconds; nothing stays behind");
        command.SetAction((_, cancellation) => RunAsync(Console.Out, cancellation));
        return command;
    }

    static async Task<int> RunAsync(TextWriter output, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        await output.WriteLineAsync("PostgreSQL notifications as Rx streams\n");
        await using var server = await PostgresServer.StartAsync(cancellationToken: cancellation);
        await output.WriteLineAsync($"1. PostgreSQL {server.Version} runs, from {server.Source}.");

        await using var database = NpgsqlDataSource.Create(await server.CreateDatabaseAsync(cancellationToken: cancellation));
        var right = await new DemoStory(database, output).TellAsync(cancellation);
        var seconds = clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        await output.WriteLineAsync(right ? $"\nRight: the table says the same. {seconds} s." : "\nWRONG: the table says something else.");
        return right ? ExitCode.Success : ExitCode.Failure;
    }
}
