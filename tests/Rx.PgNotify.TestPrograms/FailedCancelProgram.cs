using System.Net.Security;
using System.Net.Sockets;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using System.Threading.Channels;
using Npgsql;

namespace Rx.PgNotify.TestPrograms;

/// <summary>
/// Closes the socket below the listener's connection and holds the thread that reports this to Npgsql, so that a wait is cancelled on a
/// socket that is gone, which throws. Prints what the listener reports, and what comes.
/// </summary>
static class FailedCancelProgram
{
    static readonly TaskCompletionSource s_held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    static readonly ManualResetEventSlim s_goOn = new();
    static SslStream? s_stream;

    internal static async Task<int> RunAsync()
    {
        var builder = new NpgsqlDataSourceBuilder(Environment.GetEnvironmentVariable("CANCEL_CONNECTION"));
        builder.UseSslClientAuthenticationOptionsCallback(options => options.RemoteCertificateValidationCallback = (sender, _, _, _) =>
        {
            Volatile.Write(ref s_stream, (SslStream)sender);
            return sender is SslStream; // a certificate of the test's own
        });
        await using var dataSource = builder.Build();
        var losses = Channel.CreateUnbounded<Exception>();
        await using var listener = new PgListener(dataSource, new PgListenerOptions
        {
            Heartbeat = TimeSpan.FromMinutes(10),
            ReconnectDelay = TimeSpan.FromMilliseconds(20),
            LoggerFactory = new WarningLog(cause => losses.Writer.TryWrite(cause)),
        });
        var name = Environment.GetEnvironmentVariable("CANCEL_CHANNEL");
        AppDomain.CurrentDomain.FirstChanceException += (_, thrown) => HoldWhoReads(thrown.Exception);
        using var first = await listener.Channel($"{name}_first").SubscribeAsync(one => Console.WriteLine($"first {one.Payload}"), _ => { });
        await CloseDuringAWaitAsync(listener);
        Console.WriteLine("closed");

        var second = listener.Channel($"{name}_second").SubscribeAsync(two => Console.WriteLine($"second {two.Payload}"), _ => { });
        Console.WriteLine(await losses.Reader.ReadAllAsync().FirstAsync(loss => loss.GetType() == typeof(InvalidOperationException)));
        Console.WriteLine("end of the cause");
        s_goOn.Set();
        using var subscription = await second;
        Console.WriteLine("listening to the second");
        await Console.In.ReadToEndAsync();
        return 0;
    }

    // Closed between two waits it fails of that, and is replaced.
    static async Task CloseDuringAWaitAsync(PgListener listener)
    {
        while (!s_held.Task.IsCompleted)
        {
            var stream = Volatile.Read(ref s_stream)!;
            _ = Task.Run(stream.Dispose); // which may wait for the thread that is held
            var replaced = listener.State.FirstAsync(state => state is ListenerState.Listening && Volatile.Read(ref s_stream) != stream);
            await Task.WhenAny(s_held.Task, replaced.ToTask());
        }
    }

    // A read that was pending when the socket was closed; whatever begins later fails in other ways.
    static void HoldWhoReads(Exception exception)
    {
        if (exception is IOException { InnerException: SocketException } && s_held.TrySetResult())
            s_goOn.Wait();
    }
}
