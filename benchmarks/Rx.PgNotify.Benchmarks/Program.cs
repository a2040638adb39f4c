using BenchmarkDotNet.Running;
using Rx.PgNotify.Benchmarks.Sending;
using Rx.PgNotify.Benchmarks.Tables;

switch (args)
{
    case ["senders"]:
        await SendersComparison.RunAsync();
        return 0;
    case ["triggers"]:
        return await TriggerBenchmarks.RunAsync(Console.Out);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
