using System.Reactive.Subjects;

namespace Rx.PgNotify.TestPrograms;

/// <summary>Lets a query end on the thread pool, and an observer throw at its result: no caller is left to tell.</summary>
static class QueryProgram
{
    internal static async Task<int> RunAsync()
    {
        using var signals = new Subject<ChannelSignal>();
        using var subscription = signals
            .LiveQuery(async _ =>
            {
                await Task.Yield();
                return 0;
            })
            .Subscribe(_ => throw new FormatException("thrown by the observer"));
        signals.OnNext(ChannelSignal.Resync("a", ResyncReasons.Subscribed));

        // The end of the input is the end of the test; an exception has to come before it.
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
