using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Sending;

[Parallelizable(ParallelScope.All)]
public class LimitTests
{
    static readonly object[] s_payloads =
    [
        new object[] { string.Concat(Enumerable.Repeat("secret", 1_333)) + "éé", "at most 7999 bytes of UTF-8; this one has 8002" },
        new object[] { "secret\0", "NUL" },
        new object[] { "secret\ud800", "surrogate" },
    ];

    [TestCaseSource(nameof(s_payloads))]
    public async Task APayloadBeyondTheLimits_IsRefusedAtOnce_ByWhateverSends_AndNotQuoted(string payload, string reason)
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=nowhere.invalid");
        await using var notifier = new PgNotifier(nowhere);
        await using var batch = nowhere.CreateBatch();
        await using var connection = nowhere.CreateConnection();
        var attempts = new Func<Task>[]
        {
            () => nowhere.NotifyAsync("a", payload),
            () => connection.NotifyAsync("a", payload),
            () => Task.FromResult(batch.AddNotify("a", payload)),
            () => notifier.NotifyAsync("a", payload),
            () => notifier.EnqueueAsync("a", payload).AsTask(),
        };
        foreach (var attempt in attempts)
        {
            var error = (await Assert.ThrowsAsync<ArgumentException>(async () => await attempt()))!;
            Assert.That(error.ToString(), Does.Contain(reason).And.Not.Contain("secret"));
        }

        Assert.That(batch.BatchCommands, Is.Empty);
    }

    [TestCase("")]
    [TestCase("a\0b")]
    [TestCase("ääääääääääääääääääääääääääääääää")]
    public async Task ANameThatIsNoChannel_IsRefusedAtOnce(string channel)
    {
        await using var notifier = new PgNotifier("Host=nowhere.invalid");
        using var source = new System.Reactive.Subjects.Subject<string>();
        Assert.That(() => { _ = notifier.NotifyAsync(channel); }, Throws.ArgumentException);
        Assert.That(() => { _ = source.NotifyToAsync(notifier, channel); }, Throws.ArgumentException);
        Assert.That(source.HasObservers, Is.False);
    }

    [Test]
    public async Task SqlInNamesAndPayloads_IsText()
    {
        string[] texts = ["'); DROP TABLE t; --", "$1", "\\'; SELECT 1; --", "{\"a\",NULL}", "\"a\"", "NULL", "{}", "$rx$"];
        await using var arrivals = await Arrivals.ListenAsync(null, texts);
        await using var notifier = new PgNotifier(TestServer.ConnectionString);
        await using var batch = TestServer.DataSource.CreateBatch();
        foreach (var text in texts)
            batch.AddNotify(text, text);

        await Task.WhenAll(texts.Select(text => notifier.NotifyAsync(text, text)));
        await batch.ExecuteNonQueryAsync();

        var all = (await arrivals.AllAsync()).Select(item => (item.Channel, item.Payload)).ToList();
        Assert.That(all, Is.EquivalentTo(texts.Concat(texts).Select(text => (text, text))));
    }

    [Test]
    public void OptionsOutOfTheirRange_AreRefused()
    {
        foreach (var options in new PgNotifierOptions[]
        {
            new() { Capacity = 0 },
            new() { SendTimeout = TimeSpan.Zero },
            new() { FlushTimeout = TimeSpan.FromTicks(-1) },
            new() { CommitTimeout = TimeSpan.FromSeconds(0.999) },
            new() { CommitTimeout = TimeSpan.FromHours(1) + TimeSpan.FromTicks(1) },
            new() { ReconnectDelay = TimeSpan.Zero },
            new() { MaxReconnectDelay = TimeSpan.FromMilliseconds(99) },
        })
        {
            Assert.That(() => new PgNotifier("Host=nowhere.invalid", options), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }
}
