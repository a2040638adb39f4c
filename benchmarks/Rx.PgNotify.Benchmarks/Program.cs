using System.CommandLine;
using BenchmarkDotNet.Running;
using Rx.PgNotify.Benchmarks.Comparison;
using Rx.PgNotify.Benchmarks.Comparison.Receiving;
using Rx.PgNotify.Benchmarks.EntityFrameworkCore;
using Rx.PgNotify.Benchmarks.Queries;
using Rx.PgNotify.Benchmarks.Scaling;
using Rx.PgNotify.Benchmarks.Scaling.Processes;
using Rx.PgNotify.Benchmarks.Sending;
using Rx.PgNotify.Benchmarks.Tables;

switch (args)
{
    case ["compare", ..]:
        return await new RootCommand("Benchmarks of Rx.PgNotify") { CompareCommand.Create() }.Parse(args).InvokeAsync();
    case ["receive", var kind]:
        ReceiveProgram.Run(Enum.Parse<ReceiverKind>(kind));
        return 0;
    case ["scale", ..]:
        return await new RootCommand("Benchmarks of Rx.PgNotify") { ScaleCommand.Create() }.Parse(args).InvokeAsync();
    case ["role", var kind]:
        RoleProgram.Run(Enum.Parse<RoleKind>(kind));
        return 0;
    case ["senders"]:
        await SendersComparison.RunAsync();
        return 0;
    case ["triggers"]:
        return await TriggerBenchmarks.RunAsync(Console.Out);
    case ["pace"]:
        return await LiveQueryPace.RunAsync(Console.Out);
    case ["entities"]:
        return await TrackingBenchmark.RunAsync(Console.Out);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
