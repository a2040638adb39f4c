using System.Globalization;
using System.Reactive.Disposables;
using System.Reactive.Linq;

namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>Many threads at once against one listener. PGNOTIFY_STRESS_SECONDS makes it longer, PGNOTIFY_STRESS_SEED repeats it.</summary>
[LongTest]
public class ChurnTests
{
    [Test]
    public async Task AHundredThreadsThatSubscribeAndDisposeAtRandom_DisturbNobodyWhoStays()
    {
        var seconds = Setting("PGNOTIFY_STRESS_SECONDS", 8);
        var seed = Setting("PGNOTIFY_STRESS_SEED", Environment.TickCount & 0xFFFF);
        TestContext.Out.WriteLine($"seed {seed}, {seconds} s");
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var listener = new PgListener(
            tap.ConnectionString, new PgListenerOptions { Linger = TimeSpan.FromMilliseconds(1) });
        var names = Enumerable.Range(0, 20).Select(_ => UniqueChannel.Name()).ToArray();
        var staying = names.Take(10).Select(_ => new Recorder<ChannelSignal>()).ToArray();
        using var stays = new CompositeDisposable();
        for (var i = 0; i < staying.Length; i++)
            stays.Add(await listener.Channel(names[i]).Signals.SubscribeAsync(staying[i]));
        // What is acknowledged is reported before the state is.
        _ = await listener.State.FirstAsync(state => state is ListenerState.Listening);
        var states = new Recorder<ListenerState>();
        using var watching = listener.State.Subscribe(states);

        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var failures = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        var churns = 0;
        var threads = Enumerable.Range(0, 100).Select(number => new Thread(() =>
        {
            try
            {
                Churn(listener, names, new Random(seed + number), ref churns, stop.Token);
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        var sent = await SendUntilAsync(names, stop.Token);
        threads.ForEach(thread => Assert.That(thread.Join(Eventually.Deadline), "a thread hangs"));

        Assert.That(failures, Is.Empty);
        for (var i = 0; i < staying.Length; i++)
        {
            await staying[i].UntilCountAsync(1 + sent);
            Assert.That(staying[i].Items.Resyncs().Count(), Is.EqualTo(1));
            Assert.That(staying[i].Items.Payloads(), Is.EqualTo(
                Enumerable.Range(0, sent).Select(n => n.ToString(CultureInfo.InvariantCulture))));
            Assert.That(staying[i].Violation, Is.Null);
        }

        Assert.That(tap.Connections, Is.EqualTo(1), "no reconnect");
        Assert.That(states.Items, Has.All.InstanceOf<ListenerState.Listening>());
        await Eventually.IsTrueAsync(
            async () => (await tap.AskAsync("SELECT pg_listening_channels()")).Order(StringComparer.Ordinal).SequenceEqual(
                names.Take(10).Order(StringComparer.Ordinal)),
            expectation: "the server should listen to what is wanted and to nothing else");
        TestContext.Out.WriteLine($"{churns} subscriptions, {sent} notifications on each of {names.Length} channels");
    }

    static void Churn(PgListener listener, string[] names, Random random, ref int churns, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var recorder = new Recorder<ChannelSignal>();
            using (listener.Channel(names[random.Next(names.Length)]).Signals.Subscribe(recorder))
            {
                if (random.Next(3) == 0)
                    SpinWait.SpinUntil(() => recorder.Count > random.Next(1, 20), random.Next(30));
            }

            Interlocked.Increment(ref churns);
            var items = recorder.Items;
            if (recorder.Violation is not null || (items.Count > 0 && items[0].Reasons != ResyncReasons.Subscribed))
                throw new InvalidOperationException(recorder.Violation ?? $"{items[0]} came first");
            var numbers = items.Payloads().Select(payload => int.Parse(payload, CultureInfo.InvariantCulture)).ToArray();
            if (numbers.Length > 0 && !numbers.SequenceEqual(Enumerable.Range(numbers[0], numbers.Length)))
                throw new InvalidOperationException("A hole: " + string.Join(',', numbers));
            Thread.Yield();
        }
    }

    static async Task<int> SendUntilAsync(string[] names, CancellationToken stop)
    {
        await using var connection = await TestServer.DataSource.OpenConnectionAsync(CancellationToken.None);
        await using var command = new Npgsql.NpgsqlCommand("SELECT pg_notify(name, $2) FROM unnest($1) name", connection);
        command.Parameters.AddWithValue(names);
        var payload = new Npgsql.NpgsqlParameter<string>();
        command.Parameters.Add(payload);
        var sent = 0;
        for (; !stop.IsCancellationRequested; sent++)
        {
            payload.TypedValue = sent.ToString(CultureInfo.InvariantCulture);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }

        return sent;
    }

    static int Setting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
