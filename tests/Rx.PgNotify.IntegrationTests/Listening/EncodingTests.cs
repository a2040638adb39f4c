namespace Rx.PgNotify.IntegrationTests.Listening;

/// <summary>What becomes of a channel's name in a database of another encoding than UTF-8.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class EncodingTests
{
    // 62 bytes of UTF-8, and in EUC_JP three for each character.
    static readonly string s_tooLong = new('\u0386', 31);

    static readonly object[] s_longest =
    [
        new object[] { "EUC_JP", new string('\u0386', 21) }, // 63 bytes there
        new object[] { "EUC_JP", new string('\u65e5', 21) }, // 63 bytes here
        new object[] { "LATIN1", new string('\u00e9', 31) + "x" },
        new object[] { "WIN1251", new string('\u0416', 31) + "x" },
        new object[] { "SQL_ASCII", new string('\u0386', 31) + "x" },
        new object[] { "SQL_ASCII", "\U0001f418 \u65e5\u672c \u00e9" },
    ];

    static readonly object[] s_missing =
    [
        new object[] { "EUC_JP", "\U0001f418" },
        new object[] { "LATIN1", "\u65e5\u672c" },
        new object[] { "WIN1251", "caf\u00e9" },
    ];

    [TestCase(3)]
    [TestCase(100)]
    public async Task ANameThatGetsTooLong_IsRefused_AndTheOthersOfItsRoundTripGoOn(int others)
    {
        await using var database = await EncodedDatabase.CreateAsync("EUC_JP");
        await using var listener = new PgListener(database.ConnectionString);
        var fine = Enumerable.Range(0, others).Select(i => (Name: $"\u65e5\u672c {i}", Recorder: new Recorder<ChannelSignal>())).ToList();
        var refused = new Recorder<ChannelSignal>();
        foreach (var (name, recorder) in fine)
            listener.Channel(name).Signals.Subscribe(recorder);
        listener.Channel(s_tooLong).Signals.Subscribe(refused);

        await refused.UntilEndedAsync();
        Assert.That(
            refused.Error,
            Is.InstanceOf<PgListenerException>().With.Property(nameof(PgListenerException.Error)).EqualTo(PgListenerError.ChannelRefused));
        Assert.That(refused.Error!.Message, Does.Contain(s_tooLong).And.Contain("in EUC_JP it has 93 bytes, and a channel has at most 63"));
        Assert.That(refused.Items, Is.Empty);
        foreach (var (name, recorder) in fine)
        {
            await recorder.UntilSubscribedAsync();
            await database.NotifyAsync(name, "here");
            await recorder.UntilCountAsync(2);
            Assert.That(recorder.Items.Payloads(), Is.EqualTo(new[] { "here" }));
        }
    }

    [Test]
    public async Task ANameThatGetsTooLong_FailsSubscribeAsync_AlsoWhereThereIsNoPlpgsql()
    {
        await using var database = await EncodedDatabase.CreateAsync("EUC_JP");
        await database.ExecuteAsync("DROP EXTENSION plpgsql");
        await using var listener = new PgListener(database.ConnectionString);
        var recorder = new Recorder<Notification>();
        using var other = await listener.Channel("\u65e5\u672c").SubscribeAsync(recorder);

        Assert.That(
            async () => await listener.Channel(s_tooLong).SubscribeAsync(_ => { }).WaitAsync(Eventually.Deadline),
            Throws.TypeOf<PgListenerException>().With.Property(nameof(PgListenerException.Error)).EqualTo(PgListenerError.ChannelRefused));
        await database.NotifyAsync("\u65e5\u672c", "still here");
        await recorder.UntilCountAsync(1);
        Assert.That(recorder.Error, Is.Null);
    }

    [TestCaseSource(nameof(s_longest))]
    public async Task ANameThatJustFits_Receives(string encoding, string name)
    {
        await using var database = await EncodedDatabase.CreateAsync(encoding);
        await using var listener = new PgListener(database.ConnectionString);
        var recorder = new Recorder<Notification>();
        using var subscription = await listener.Channel(name).SubscribeAsync(recorder);
        await database.NotifyAsync(name, "here");

        await recorder.UntilCountAsync(1);
        Assert.That(recorder.Items[0].Channel, Is.EqualTo(name));
    }

    [TestCaseSource(nameof(s_missing))]
    public async Task ANameWithAMissingCharacter_IsRefused(string encoding, string name)
    {
        await using var database = await EncodedDatabase.CreateAsync(encoding);
        await using var listener = new PgListener(database.ConnectionString);

        Assert.That(
            async () => await listener.Channel(name).SubscribeAsync(_ => { }).WaitAsync(Eventually.Deadline),
            Throws.TypeOf<PgListenerException>().With.Message.Contains($"has no equivalent in encoding \"{encoding}\"").And.Message.Contains(name));
    }

    [Test]
    public async Task ANameThatBecomesAnother_IsRefused()
    {
        await using var database = await EncodedDatabase.CreateAsync("EUC_JP");
        await using var listener = new PgListener(database.ConnectionString);

        Assert.That(
            async () => await listener.Channel("a\u00a6b").SubscribeAsync(_ => { }).WaitAsync(Eventually.Deadline),
            Throws.TypeOf<PgListenerException>().With.Message.Contains("in EUC_JP it becomes a\uffe4b"));
    }

    [Test]
    public async Task AClientEncodingThatMakesANameTooLong_IsNoticed()
    {
        // What Npgsql sends as UTF-8 the server takes for LATIN1: 62 characters, each of which has two bytes.
        await using var listener = new PgListener($"{TestServer.ConnectionString};Client Encoding=LATIN1");
        var name = new string('\u00e9', 31);

        Assert.That(
            async () => await listener.Channel(name).SubscribeAsync(_ => { }).WaitAsync(Eventually.Deadline),
            Throws.TypeOf<PgListenerException>().With.Message.Contains("it has 124 bytes"));
    }

    [Test]
    public async Task LookingAtNames_CostsNoRoundTrip_AndNothingWhereItIsNotNeeded()
    {
        await using var database = await EncodedDatabase.CreateAsync("EUC_JP");
        var plain = await ListenAsync(database.ConnectionString, "plain");
        var japanese = await ListenAsync(database.ConnectionString, "\u65e5\u672c");
        var elsewhere = await ListenAsync(TestServer.ConnectionString, "\u65e5\u672c");

        Assert.That((japanese.RoundTrips, elsewhere.RoundTrips), Is.EqualTo((plain.RoundTrips, plain.RoundTrips)));
        Assert.That(japanese.Statements, Has.Length.EqualTo(plain.Statements.Length + 1));
        Assert.That(elsewhere.Statements, Has.Length.EqualTo(plain.Statements.Length));
    }

    static async Task<(int RoundTrips, string[] Statements)> ListenAsync(string connectionString, string name)
    {
        await using var tap = WireTap.Start(connectionString);
        await using var listener = new PgListener(tap.ConnectionString, new PgListenerOptions { Heartbeat = TimeSpan.FromHours(1) });
        using var subscription = await listener.Channel(name).SubscribeAsync(_ => { });
        return (tap.RoundTrips, [.. tap.Statements]);
    }
}
