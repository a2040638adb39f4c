using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;

namespace Rx.PgNotify.TestPrograms;

/// <summary>Schedulers that have worked for a while and then throw, given to a listener.</summary>
static class ForeignListenerCases
{
    internal static IEnumerable<(string Name, Func<Task<string>> Run)> All(ForeignServer server) =>
    [
        ("scheduler refuses a linger", () => LingerAsync(server, scheduler => scheduler.Refuses = true)),
        ("scheduler has no time for a linger", () => LingerAsync(server, scheduler => scheduler.HasNoTime = true)),
        ("scheduler refuses a reconnect", () => RefusedReconnectAsync(server)),
        ("scheduler has no time for a reconnect", () => TimelessReconnectAsync(server)),
        ("scheduler throws when a reconnect is given up", () => AbandonedReconnectAsync(server)),
        ("delivery scheduler refuses, with ObserverFailed", () => DeliveryAsync(server, takesFailures: true)),
        ("delivery scheduler refuses, without ObserverFailed", () => DeliveryAsync(server, takesFailures: false)),
    ];

    static PgListener Create(ForeignServer server, string application, ForeignScheduler scheduler, TimeSpan? delay = null) =>
        new(server.Named(application), new PgListenerOptions
        {
            Scheduler = scheduler,
            ReconnectDelay = delay ?? TimeSpan.FromMilliseconds(20),
            Linger = TimeSpan.FromMilliseconds(20),
        });

    static async Task<string> LingerAsync(ForeignServer server, Action<ForeignScheduler> breakIt)
    {
        var scheduler = new ForeignScheduler();
        await using var listener = Create(server, ForeignServer.UniqueName(), scheduler);
        var bystander = await server.JoinAsync(listener);
        var before = await listener.Channel(ForeignServer.UniqueName()).SubscribeAsync(_ => { });
        var after = await listener.Channel(ForeignServer.UniqueName()).SubscribeAsync(_ => { });
        before.Dispose();
        breakIt(scheduler);
        after.Dispose();
        return await bystander.IsServedAsync();
    }

    static async Task<string> RefusedReconnectAsync(ForeignServer server)
    {
        var application = ForeignServer.UniqueName();
        var scheduler = new ForeignScheduler();
        await using var listener = Create(server, application, scheduler, TimeSpan.FromMilliseconds(200));
        var bystander = await server.JoinAsync(listener);
        scheduler.Refuses = true;
        // A connection that has served for longer than the delay, as on a busy machine, may be replaced at once, without the scheduler.
        do
            await server.KillAsync(application);
        while (await bystander.ResynchronizesAsync());
        var end = await bystander.Ended;
        scheduler.Refuses = false;
        return $"{end}, then {await server.ServesAsync(listener)}";
    }

    static async Task<string> TimelessReconnectAsync(ForeignServer server)
    {
        var application = ForeignServer.UniqueName();
        var scheduler = new ForeignScheduler();
        await using var listener = Create(server, application, scheduler);
        var bystander = await server.JoinAsync(listener);
        scheduler.HasNoTime = true;
        await server.KillAsync(application);
        await bystander.IsResynchronizedAsync();
        return await bystander.IsServedAsync();
    }

    static async Task<string> AbandonedReconnectAsync(ForeignServer server)
    {
        var application = ForeignServer.UniqueName();
        var scheduler = new ForeignScheduler { ThrowsAtDisposal = true };
        // A connection that has served for less than this is not replaced at once.
        await using var listener = Create(server, application, scheduler, TimeSpan.FromSeconds(2));
        var reconnecting = listener.State.FirstAsync(state => state is ListenerState.Reconnecting).ToTask();
        using (await listener.Channel(ForeignServer.UniqueName()).SubscribeAsync(_ => { }))
        {
            await server.KillAsync(application);
            await reconnecting;
        }

        await listener.State.FirstAsync(state => state is ListenerState.Idle);
        return scheduler.Timers == 0 ? "no timer" : await server.ServesAsync(listener);
    }

    static async Task<string> DeliveryAsync(ForeignServer server, bool takesFailures)
    {
        var scheduler = new ForeignScheduler { ThrowsAtDisposal = true };
        using var log = new SchedulerFailureLog();
        var failure = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listener = new PgListener(server.ConnectionString, new PgListenerOptions
        {
            DeliveryScheduler = scheduler,
            LoggerFactory = log,
            ObserverFailed = takesFailures ? failed => failure.TrySetResult(ForeignProgram.Describe(failed.Exception)) : null,
        });
        var bystander = await server.JoinAsync(listener);
        await bystander.IsServedAsync();
        scheduler.Refuses = true;
        var served = bystander.IsServedAsync();
        await log.Reported;
        if (served.IsCompleted)
            return "nothing has thrown";
        var end = takesFailures ? $"ObserverFailed {await failure.Task}, then " : "";
        scheduler.Refuses = false;
        return $"{end}{await server.ServesAsync(listener)}";
    }
}
