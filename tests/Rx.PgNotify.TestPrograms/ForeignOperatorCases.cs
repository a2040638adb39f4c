using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Npgsql;

namespace Rx.PgNotify.TestPrograms;

/// <summary>Operators behind a listener's channel, with schedulers that have worked for a while and then throw, and functions that do.</summary>
static class ForeignOperatorCases
{
    static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    // The two notifications come together, so the second finds the interval of a throttle begun.
    static readonly (string Name, Func<IObservable<ChannelSignal>, TimeSpan, IScheduler, IObservable<object>> Apply)[] s_operators =
    [
        ("Coalesce", (signals, time, scheduler) => signals.Coalesce(time, time, scheduler)),
        ("CoalesceBy", (signals, time, scheduler) => signals.CoalesceBy(signal => signal.Channel, time, time, scheduler: scheduler)),
        ("Debounce", (signals, time, scheduler) => signals.Debounce(time, time, scheduler).Select(signal => (object)signal)),
        ("ThrottleLatest", (signals, time, scheduler) => signals.ThrottleLatest(time, scheduler: scheduler).Select(signal => (object)signal)),
        ("LiveQuery", (signals, time, scheduler) => signals.LiveQuery(
            _ => Task.FromResult(new object()), new LiveQueryOptions { Quiet = time, MaxWait = time, Scheduler = scheduler })),
        ("Isolate", (signals, _, scheduler) => signals.Isolate(scheduler: scheduler).Select(signal => (object)signal)),
    ];

    internal static IEnumerable<(string Name, Func<Task<string>> Run)> All(ForeignServer server) =>
    [
        .. s_operators.SelectMany(each => new (string, Func<Task<string>>)[]
        {
            ($"{each.Name} and a scheduler that refuses", () => RefusedAsync(server, each.Apply)),
            ($"{each.Name} and a scheduler without time", () => TimelessAsync(server, each.Apply)),
            ($"{each.Name}, the end, and a disposal that throws", () => EndedAsync(server, each.Apply)),
            ($"{each.Name}, leaving, and a disposal that throws", () => LeftAsync(server, each.Apply)),
        }),
        ("SelectConflated and a function that throws", () => FunctionAsync(server, source => source
            .SelectConflated<ChannelSignal, object>((_, _) => throw new FormatException(ForeignProgram.Thrown)))),
        ("SelectAwait and a function that throws", () => FunctionAsync(server, source => source
            .SelectAwait<ChannelSignal, object>((_, _) => throw new FormatException(ForeignProgram.Thrown)))),
        ("SubscribeAwait and a handler that throws later", () => FunctionAsync(server, source => Observable.Create<object>(observer => source
            .SubscribeAwait((_, _) => ThrowLaterAsync(), observer.OnError)))),
        ("NotificationQueueUsage and a scheduler that refuses", () => QueueUsageAsync(server, refuses: true)),
        ("NotificationQueueUsage, leaving, and a disposal that throws", () => QueueUsageAsync(server, refuses: false)),
    ];

    static async Task<string> RefusedAsync(
        ForeignServer server, Func<IObservable<ChannelSignal>, TimeSpan, IScheduler, IObservable<object>> apply)
    {
        var scheduler = new ForeignScheduler();
        await using var listener = new PgListener(server.ConnectionString);
        var bystander = await server.JoinAsync(listener);
        var channel = listener.Channel(ForeignServer.UniqueName());
        var seen = new Results(apply(channel.Signals, s_moment, scheduler));
        await seen.Any;
        scheduler.Refuses = true;
        // A work item that is just ending takes what comes meanwhile, and no other one is asked for: then the next ones ask.
        do
            await server.NotifyTwiceAsync(channel.Name);
        while (await Task.WhenAny(seen.Ended, Task.Delay(10 * s_moment)) != seen.Ended);
        return $"{await seen.Ended}; beside it {await bystander.IsServedAsync()}";
    }

    static async Task<string> TimelessAsync(
        ForeignServer server, Func<IObservable<ChannelSignal>, TimeSpan, IScheduler, IObservable<object>> apply)
    {
        var scheduler = new ForeignScheduler();
        await using var listener = new PgListener(server.ConnectionString);
        var bystander = await server.JoinAsync(listener);
        var channel = listener.Channel(ForeignServer.UniqueName());
        var seen = new Results(apply(channel.Signals, s_moment, scheduler));
        await seen.Any;
        scheduler.HasNoTime = true;
        var before = seen.Count;
        await server.NotifyTwiceAsync(channel.Name);
        while (seen.Count == before && !seen.Ended.IsCompleted)
            await Task.Delay(s_moment / 4);
        return $"{(seen.Ended.IsCompleted ? await seen.Ended : "OnNext")}; beside it {await bystander.IsServedAsync()}";
    }

    static async Task<string> EndedAsync(
        ForeignServer server, Func<IObservable<ChannelSignal>, TimeSpan, IScheduler, IObservable<object>> apply)
    {
        var scheduler = new ForeignScheduler { ThrowsAtDisposal = true };
        var listener = new PgListener(server.ConnectionString);
        var channel = listener.Channel(ForeignServer.UniqueName());
        using var joined = await channel.SubscribeAsync(_ => { });
        var seen = new Results(apply(channel.Signals, s_day, scheduler));
        await server.NotifyTwiceAsync(channel.Name);
        await UntilArmedAsync(scheduler, seen);
        await listener.DisposeAsync();
        return await seen.Ended;
    }

    static async Task<string> LeftAsync(
        ForeignServer server, Func<IObservable<ChannelSignal>, TimeSpan, IScheduler, IObservable<object>> apply)
    {
        var scheduler = new ForeignScheduler { ThrowsAtDisposal = true };
        await using var listener = new PgListener(server.ConnectionString);
        var bystander = await server.JoinAsync(listener);
        var channel = listener.Channel(ForeignServer.UniqueName());
        using var joined = await channel.SubscribeAsync(_ => { });
        var seen = new Results(apply(channel.Signals, s_day, scheduler));
        await server.NotifyTwiceAsync(channel.Name);
        await UntilArmedAsync(scheduler, seen);
        seen.Dispose();
        return await bystander.IsServedAsync();
    }

    // Isolate has work items instead of timers.
    static async Task UntilArmedAsync(ForeignScheduler scheduler, Results seen)
    {
        while (scheduler.Timers == 0 && seen.Count < 2)
            await Task.Delay(s_moment / 4);
    }

    static async Task<string> FunctionAsync(ForeignServer server, Func<IObservable<ChannelSignal>, IObservable<object>> apply)
    {
        await using var listener = new PgListener(server.ConnectionString);
        var bystander = await server.JoinAsync(listener);
        using var seen = new Results(apply(listener.Channel(ForeignServer.UniqueName()).Signals));
        return $"{await seen.Ended}; beside it {await bystander.IsServedAsync()}";
    }

    static async Task ThrowLaterAsync()
    {
        await Task.Yield();
        throw new FormatException(ForeignProgram.Thrown);
    }

    static async Task<string> QueueUsageAsync(ForeignServer server, bool refuses)
    {
        await using var dataSource = NpgsqlDataSource.Create(server.ConnectionString);
        var scheduler = new ForeignScheduler();
        using var seen = new Results(
            dataSource.NotificationQueueUsage(refuses ? s_moment : s_day, scheduler).Select(usage => (object)usage));
        await seen.Any;
        (scheduler.Refuses, scheduler.ThrowsAtDisposal) = (refuses, !refuses);
        if (refuses)
            return await seen.Ended;
        await UntilArmedAsync(scheduler, seen);
        seen.Dispose();
        return "leaves";
    }

    sealed class Results : IDisposable
    {
        readonly TaskCompletionSource _any = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly IDisposable _subscription;
        int _count;

        internal Results(IObservable<object> source) => _subscription = source.Subscribe(
            _ =>
            {
                Interlocked.Increment(ref _count);
                _any.TrySetResult();
            },
            error => _ended.TrySetResult($"OnError {ForeignProgram.Describe(error)}"),
            () => _ended.TrySetResult("OnCompleted"));

        internal Task Any => _any.Task;

        internal Task<string> Ended => _ended.Task;

        internal int Count => Volatile.Read(ref _count);

        public void Dispose() => _subscription.Dispose();
    }
}
