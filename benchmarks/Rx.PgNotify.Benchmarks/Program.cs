using BenchmarkDotNet.Running;
using Rx.PgNotify.Benchmarks.Sending;

if (args is ["senders"])
    await SendersComparison.RunAsync();
else
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
