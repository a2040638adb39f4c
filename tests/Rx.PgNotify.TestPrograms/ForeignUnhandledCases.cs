using System.Reactive.Linq;

namespace Rx.PgNotify.TestPrograms;

/// <summary>What is meant to end the process.</summary>
static class ForeignUnhandledCases
{
    internal static async Task<string> FailureCallbackAsync(ForeignServer server)
    {
        await using var listener = new PgListener(server.ConnectionString, new PgListenerOptions
        {
            ObserverFailed = _ => throw new FormatException(ForeignProgram.Thrown),
        });
        using var subscription = listener.Channel("a").Signals.Subscribe(_ => throw new NotSupportedException());
        return await (await server.JoinAsync(listener)).Ended;
    }

    internal static async Task<string> BehindATimerAsync(ForeignServer server)
    {
        await using var listener = new PgListener(server.ConnectionString, new PgListenerOptions { ObserverFailed = _ => { } });
        using var subscription = listener.Channel("a").Signals
            .Throttle(TimeSpan.FromMilliseconds(1)) // of System.Reactive, which has no listener to give it to
            .Subscribe(_ => throw new FormatException(ForeignProgram.Thrown));
        return await (await server.JoinAsync(listener)).Ended;
    }

    // What the analyzers of the package warn of.
    internal static async Task<string> AsyncLambdaAsync(ForeignServer server)
    {
        await using var listener = new PgListener(server.ConnectionString, new PgListenerOptions { ObserverFailed = _ => { } });
#pragma warning disable VSTHRD101, MA0147
        using var subscription = listener.Channel("a").Signals.Subscribe(async _ =>
        {
            await Task.Yield();
            throw new FormatException(ForeignProgram.Thrown);
        });
#pragma warning restore VSTHRD101, MA0147
        return await (await server.JoinAsync(listener)).Ended;
    }
}
