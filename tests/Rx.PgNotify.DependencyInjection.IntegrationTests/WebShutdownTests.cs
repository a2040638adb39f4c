using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Rx.PgNotify.DependencyInjection.IntegrationTests;

/// <summary>A host that stops waits for its requests, and those that stream notifications have no end of their own.</summary>
[Parallelizable(ParallelScope.All)]
public class WebShutdownTests
{
    const string Path = "/changes";

    // A record separator ends each message of SignalR's JSON protocol.
    const char EndOfMessage = '\u001e';

    static readonly string s_channel = UniqueChannel.Name("web");

    public static IEnumerable<TestCaseData<Delegate>> Recipes()
    {
        yield return Case("server-sent events of await foreach", (PgListener listener, CancellationToken aborted) =>
            TypedResults.ServerSentEvents(TextsAsync(listener, aborted)));
        yield return Case("JSON of await foreach", (PgListener listener, CancellationToken aborted) => TextsAsync(listener, aborted));
        yield return Case("server-sent events of Subscribe", WriteEventsAsync);
        yield return Case("server-sent events of a live query", (PgListener listener, CancellationToken aborted) =>
            TypedResults.ServerSentEvents(LatestAsync(
                listener.Channel(s_channel).LiveQuery(_ => Task.FromResult("Resync or not")), aborted)));

        static TestCaseData<Delegate> Case(string name, Delegate handler) => new(handler) { TestName = $"{{m}}: {name}" };
    }

    [TestCaseSource(nameof(Recipes))]
    public async Task AHostWithClientsConnected_StopsBeforeItsTimeout_AndTheirStreamsEndInOrder(Delegate recipe)
    {
        await using var stage = await WebStage.StartAsync(services => services.AddPgListener(TestServer.ConnectionString), web => web.MapGet(Path, recipe));
        StreamReader[] clients = [await stage.OpenAsync(Path), await stage.OpenAsync(Path), await stage.OpenAsync(Path)];
        foreach (var client in clients)
            await UntilResyncAsync(client);

        await stage.StopAsync().WaitAsync(Eventually.Deadline);

        Assert.That(stage.HasTimedOut, Is.False);
        foreach (var client in clients)
            Assert.That(async () => await client.ReadToEndAsync(), Throws.Nothing, "the end of a response, and no broken connection");
    }

    [TestCaseSource(nameof(Recipes))]
    public async Task AClientThatComesWhileTheHostBeginsToStop_GetsAnEmptyStreamAndNoError(Delegate recipe)
    {
        await using var stage = await WebStage.StartAsync(services => services.AddPgListener(TestServer.ConnectionString), web => web.MapGet(Path, recipe));
        stage.BeginToStop();

        // A browser does not come back after an error.
        using var client = await stage.OpenAsync(Path).WaitAsync(Eventually.Deadline);
        Assert.That((await client.ReadToEndAsync().WaitAsync(Eventually.Deadline)).Trim('[', ']'), Is.Empty);
    }

    [Test]
    public async Task AHubsStream_EndsWithTheHost()
    {
        await using var stage = await WebStage.StartAsync(
            services =>
            {
                services.AddPgListener(TestServer.ConnectionString);
                services.AddSignalR();
            },
            web => web.MapHub<ChangesHub>("/hub"));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(stage.Address) { Scheme = "ws", Path = "/hub" }.Uri, CancellationToken.None);
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        await SendAsync(socket, """{"type":4,"invocationId":"1","target":"Follow","arguments":[]}""");
        await UntilAsync(socket, "Resync");

        var closing = AnswerCloseAsync(socket);
        await stage.StopAsync().WaitAsync(Eventually.Deadline);

        Assert.That(stage.HasTimedOut, Is.False);
        await closing.WaitAsync(Eventually.Deadline);
        await Eventually.IsTrueAsync(() => stage.Listener.CurrentState is ListenerState.Idle or ListenerState.Disposed);
    }

    [Test]
    public async Task AListenerThatIsToHearToTheEnd_HoldsTheHost()
    {
        await using var stage = await WebStage.StartAsync(
            services => services.AddPgListener(TestServer.ConnectionString, options => options.StoppingToken = CancellationToken.None),
            web => web.MapGet(Path, (PgListener listener, CancellationToken aborted) => TextsAsync(listener, aborted)),
            shutdownTimeout: TimeSpan.FromMilliseconds(200));
        using var client = await stage.OpenAsync(Path);
        await UntilResyncAsync(client);

        await stage.StopAsync().WaitAsync(Eventually.Deadline);

        Assert.That(stage.HasTimedOut, Is.True);
    }

    [Test]
    public async Task ABackgroundService_ReadsToTheEndOfItsLoop_AndTheHostStopsAtOnce()
    {
        var reader = new Reader();
        using var host = TestHost.Build(builder =>
        {
            builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = 2 * Eventually.Deadline);
            builder.Services.AddPgListener(TestServer.ConnectionString);
            builder.Services.AddHostedService(services => reader.With(services.GetRequiredService<PgListener>()));
        });
        await host.StartAsync();
        await Eventually.IsTrueAsync(() => reader.Seen > 0);
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await reader.ExecuteTask!.WaitAsync(Eventually.Deadline);
        await host.StopAsync().WaitAsync(Eventually.Deadline);
        Assert.That(reader.HasReachedTheEnd);
    }

    static async IAsyncEnumerable<string> TextsAsync(PgListener listener, [EnumeratorCancellation] CancellationToken aborted)
    {
        await foreach (var signal in listener.Channel(s_channel).Signals.ReadAllAsync(aborted))
            yield return signal.ToString();
    }

    static async IAsyncEnumerable<T> LatestAsync<T>(IObservable<T> source, [EnumeratorCancellation] CancellationToken aborted)
    {
        var latest = Channel.CreateBounded<T>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        using var subscription = source.Subscribe(
            value => latest.Writer.TryWrite(value), error => latest.Writer.TryComplete(error), () => latest.Writer.TryComplete());
        await foreach (var value in latest.Reader.ReadAllAsync(aborted))
            yield return value;
    }

    static async Task WriteEventsAsync(PgListener listener, HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = listener.Channel(s_channel).Signals
            .SelectConflated(async (signal, cancellation) =>
            {
                await http.Response.WriteAsync($"data: {signal}\n\n", cancellation);
                return signal;
            })
            .Subscribe(_ => { }, error => ended.TrySetException(error), () => ended.TrySetResult());
        await ended.Task.WaitAsync(http.RequestAborted);
    }

    static async Task UntilResyncAsync(StreamReader client)
    {
        var seen = new StringBuilder();
        var one = new char[1];
        while (!seen.ToString().Contains("Resync", StringComparison.Ordinal))
        {
            Assert.That(await client.ReadAsync(one).AsTask().WaitAsync(Eventually.Deadline), Is.EqualTo(1), $"It ended after {seen}");
            seen.Append(one[0]);
        }
    }

    static Task SendAsync(ClientWebSocket socket, string message) => socket.SendAsync(
        Encoding.UTF8.GetBytes(message + EndOfMessage), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    static async Task UntilAsync(ClientWebSocket socket, string text)
    {
        var seen = "";
        var buffer = new byte[4_096];
        while (!seen.Contains(text, StringComparison.Ordinal))
        {
            var received = await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(Eventually.Deadline);
            Assert.That(received.MessageType, Is.EqualTo(WebSocketMessageType.Text), $"It ended after {seen}");
            seen += Encoding.UTF8.GetString(buffer, 0, received.Count);
        }
    }

    // The server may wait for the answer, for seconds; or it goes without one.
    static async Task AnswerCloseAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4_096];
        try
        {
            while ((await socket.ReceiveAsync(buffer, CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // SignalR ends its connections by itself when the host begins to stop.
        }
    }

    public sealed class ChangesHub(PgListener listener) : Hub
    {
        public IAsyncEnumerable<string> Follow(CancellationToken aborted) => TextsAsync(listener, aborted);
    }

    sealed class Reader : BackgroundService
    {
        PgListener? _listener;
        int _seen;

        public int Seen => Volatile.Read(ref _seen);

        public bool HasReachedTheEnd { get; private set; }

        public Reader With(PgListener listener)
        {
            _listener = listener;
            return this;
        }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await foreach (var _ in _listener!.Channel(s_channel).Signals.ReadAllAsync(stoppingToken))
                Interlocked.Increment(ref _seen);
            HasReachedTheEnd = true;
        }
    }
}
