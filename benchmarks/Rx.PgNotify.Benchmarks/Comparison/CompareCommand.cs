using System.CommandLine;
using System.Globalization;

namespace Rx.PgNotify.Benchmarks.Comparison;

/// <summary><c>compare</c>: Rx.PgNotify beside what it stands for.</summary>
static class CompareCommand
{
    const int DefaultSeconds = 300;

    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "One round and small counts, to see that it works" };
        var only = new Option<string?>("--only") { Description = "Only the workloads whose name contains this", HelpName = "TEXT" };
        var idle = new Option<bool>("--idle") { Description = "Compare what doing nothing costs" };
        var seconds = new Option<int>("--seconds")
        {
            Description = "How long --idle lasts",
            DefaultValueFactory = _ => DefaultSeconds,
            Validators =
            {
                result =>
                {
                    if (result.Tokens is [var token] && !(int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 86_400))
                        result.AddError("--seconds takes a whole number from 1 to 86400.");
                },
            },
        };
        var markdown = new Option<FileInfo?>("--markdown") { Description = "A file to write the table to", HelpName = "FILE" };

        var command = new Command("compare", "Compare receivers of notifications side by side") { quick, only, idle, seconds, markdown };
        command.SetAction(async (parsed, cancellation) =>
        {
#if DEBUG
            await Console.Error.WriteLineAsync("This is a Debug build: the figures mean nothing. Use -c Release.");
#endif
            string table;
            if (parsed.GetValue(idle))
                Console.WriteLine(table = await IdleComparison.RunAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds))));
            else
                table = await ReceiverComparison.RunAsync((parsed.GetValue(quick) ? Scale.Quick : Scale.Full).Only(parsed.GetValue(only) ?? ""));
            if (parsed.GetValue(markdown) is { } file)
                await File.WriteAllTextAsync(file.FullName, table + "\n", cancellation);
        });
        return command;
    }
}
