namespace Rx.PgNotify.TestPrograms;

/// <summary>Schedulers that throw, given to a notifier.</summary>
static class ForeignNotifierCases
{
    internal static IEnumerable<(string Name, Func<Task<string>> Run)> All(ForeignServer server) =>
    [
        ("scheduler refuses a deadline", () => RefusedAsync(server)),
        ("scheduler throws when a deadline is given up", () => DisposalAsync(server)),
        ("scheduler has no time", () => TimelessAsync(server)),
    ];

    static async Task<string> RefusedAsync(ForeignServer server)
    {
        var scheduler = new ForeignScheduler { Refuses = true };
        await using var notifier = new PgNotifier(server.ConnectionString, new PgNotifierOptions { Scheduler = scheduler });
        var failure = "";
        try
        {
            await notifier.NotifyAsync("a");
        }
        catch (PgNotifierException e)
        {
            failure = ForeignProgram.Describe(e);
        }

        scheduler.Refuses = false;
        await notifier.NotifyAsync("a");
        return $"{failure}, then sends";
    }

    static async Task<string> DisposalAsync(ForeignServer server)
    {
        var scheduler = new ForeignScheduler { ThrowsAtDisposal = true };
        var options = new PgNotifierOptions { Scheduler = scheduler, SendTimeout = TimeSpan.FromMilliseconds(500) };
        await using (var notifier = new PgNotifier(server.ConnectionString, options))
        {
            await notifier.NotifyAsync("a");
            while (scheduler.Runs == 0)
                await Task.Delay(TimeSpan.FromMilliseconds(20));
            await notifier.NotifyAsync("a");
            await notifier.NotifyAsync("a");
        }

        await using var next = new PgNotifier(server.ConnectionString, options);
        await next.NotifyAsync("a");
        return scheduler.Timers >= 2 ? "sends" : "no timer";
    }

    static async Task<string> TimelessAsync(ForeignServer server)
    {
        var scheduler = new ForeignScheduler();
        await using var notifier = new PgNotifier(server.ConnectionString, new PgNotifierOptions { Scheduler = scheduler });
        await notifier.NotifyAsync("a");
        scheduler.HasNoTime = true;
        await notifier.NotifyAsync("a");
        return "sends";
    }
}
