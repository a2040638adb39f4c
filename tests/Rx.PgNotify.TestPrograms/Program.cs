using Rx.PgNotify.TestPrograms;

return args switch
{
    ["serve"] => await ServeProgram.RunAsync(),
    ["query"] => await QueryProgram.RunAsync(),
    ["queue"] => await QueueProgram.RunAsync(),
    ["subscribe"] => await SubscribeProgram.RunAsync(),
    ["bridge"] => await BridgeProgram.RunAsync(),
    ["watch"] => await WatchProgram.RunAsync(),
    ["allocate"] => await AllocationProgram.RunAsync(),
    ["docker"] => await DockerProgram.RunAsync(),
    ["listeners"] => await ListenersProgram.RunAsync(),
    ["attempts"] => await AttemptsProgram.RunAsync(),
    ["context"] => await ContextProgram.RunAsync(),
    ["negotiate"] => await NegotiateProgram.RunAsync(),
    ["cancel"] => await FailedCancelProgram.RunAsync(),
    ["foreign"] => await ForeignProgram.RunAsync(),
    ["cache"] => await CacheProgram.RunAsync(),
    ["describe"] => await DescribeProgram.RunAsync(),
    _ => throw new ArgumentException($"No such test program: {string.Join(' ', args)}"),
};
