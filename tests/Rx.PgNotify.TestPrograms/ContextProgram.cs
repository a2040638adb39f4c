using System.Globalization;
using System.Reactive.Linq;
using System.Runtime.CompilerServices;

namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// The first thing that this process does with the library is done by a caller with 10 MB in an <see cref="AsyncLocal{T}"/>.
/// Prints whether they are kept while the connection stands, and the heap's bytes before and then.
/// </summary>
static class ContextProgram
{
    static readonly AsyncLocal<byte[]?> s_ballast = new();

    internal static async Task<int> RunAsync()
    {
        var connection = Environment.GetEnvironmentVariable("CONTEXT_CONNECTION")!;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        IAsyncDisposable? client = null;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var ballast = InAContextOfItsOwn(Environment.GetEnvironmentVariable("CONTEXT_CLIENT") == "Listener"
            ? () => client = Listen(connection, ready)
            : () => client = Send(connection, ready));
        await ready.Task;

        var after = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; ballast.IsAlive && i < 10; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50)); // what has ended just now may still be on a stack
            after = GC.GetTotalMemory(forceFullCollection: true);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(ballast.IsAlive ? "kept" : "collected")} {before} {after}"));
        await client!.DisposeAsync();
        return 0;
    }

    static PgListener Listen(string connection, TaskCompletionSource ready)
    {
        var listener = new PgListener(connection);
        listener.Channel("a").Signals
            .Coalesce(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1))
            .Subscribe(_ => ready.TrySetResult());
        return listener;
    }

    static PgNotifier Send(string connection, TaskCompletionSource ready)
    {
        var notifier = new PgNotifier(connection);
        notifier.NotifyAsync("a").GetAwaiter().GetResult();
        ready.SetResult();
        return notifier;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference InAContextOfItsOwn(Action action)
    {
        WeakReference? ballast = null;
        var thread = new Thread(() =>
        {
            ballast = new WeakReference(s_ballast.Value = new byte[10 * 1024 * 1024]);
            action();
        });
        thread.UnsafeStart();
        thread.Join();
        return ballast!;
    }
}
