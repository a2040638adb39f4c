using System.CommandLine;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Tables;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Connections;

namespace Rx.PgNotify.Tool.Tables;

/// <summary><c>pgnotify trigger</c>: triggers that report a table's changes, as a script or installed.</summary>
static class TriggerCommand
{
    internal static readonly string[] Examples =
    [
        "pgnotify trigger orders                  # the script, to read and to keep",
        "pgnotify trigger sales.orders --payload keys | psql shop",
        "pgnotify trigger orders --on update --only-if status,amount --install",
        "pgnotify trigger orders --remove",
    ];

    internal static Command Create()
    {
        var table = new Argument<string>("TABLE") { Description = "The table, as orders or sales.orders, unquoted; case counts" };
        var schema = new Option<string?>("--schema") { Description = "The table's schema; TABLE is then its name, dots and all [default: public]", HelpName = "NAME" };
        var channel = new Option<string?>("--channel") { Description = "The channel to notify [default: the table's name]", HelpName = "NAME" };
        var what = new TriggerOptionsReader();
        var drop = new Option<bool>("--drop") { Description = "Print the script that removes the triggers" };
        var install = new Option<bool>("--install") { Description = "Run the script" };
        var remove = new Option<bool>("--remove") { Description = "Run the script that removes the triggers" };
        var connection = ConnectionOption.Create();

        var command = new Command("trigger", "Print or run the SQL that notifies a channel of a table's changes")
        {
            table, schema, channel, install, remove, drop, connection,
        };
        what.AddTo(command);
        command.Validators.Add(result =>
        {
            if (new[] { drop, install, remove }.Count(result.GetValue) > 1)
                result.AddError("--install, --remove and --drop exclude each other.");
        });
        command.SetAction((parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(table);
            var (inSchema, tableName) = parsed.GetValue(schema) is { } given ? (given, name) : Split(name);
            var trigger = Create(inSchema, tableName, parsed.GetValue(channel), what, parsed);
            return parsed.GetValue(install) || parsed.GetValue(remove)
                ? RunAsync(trigger, parsed.GetValue(install), ConnectionOption.Read(parsed, connection), cancellation)
                : PrintAsync(parsed.GetValue(drop) ? trigger.RemoveScript : trigger.InstallScript);
        });
        return command;
    }

    static TableTrigger Create(string schema, string table, string? channel, TriggerOptionsReader what, ParseResult parsed)
    {
        try
        {
            return new TableTrigger(table, channel, schema, what.Read(parsed));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(what.Translate(e));
        }
    }

    /// <summary>A table as it is named on the command line.</summary>
    internal static (string Schema, string Table) Split(string name) =>
        name.Split('.', 2) is [var schema, var table] ? (schema, table) : ("public", name);

    static async Task<int> PrintAsync(string script)
    {
        await Console.Out.WriteAsync(script);
        return ExitCode.Success;
    }

    static async Task<int> RunAsync(
        TableTrigger trigger, bool install, NpgsqlConnectionStringBuilder target, CancellationToken cancellation)
    {
        await using var source = Database.Of(target);
        await using var connection = await source.ForPrimary().OpenAsync(cancellation);
        await (install ? trigger.InstallAsync(connection, cancellation) : trigger.RemoveAsync(connection, cancellation));
        await Console.Error.WriteLineAsync(
            $"The triggers of {trigger.Schema}.{trigger.Table} for the channel {trigger.Channel} are {(install ? "installed" : "gone")}.");
        return ExitCode.Success;
    }
}
