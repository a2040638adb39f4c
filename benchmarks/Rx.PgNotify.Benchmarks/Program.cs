using BenchmarkDotNet.Running;
using Rx.PgNotify.Benchmarks.Tables;

if (args is ["triggers"])
    return await TriggerBenchmarks.RunAsync(Console.Out);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
