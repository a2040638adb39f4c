using NATS.Client.Core;

namespace Rx.PgNotify.Nats.IntegrationTests.Limits;

/// <summary>Options out of their range are refused at once, by name, before anything is connected.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class OptionsTests
{
    static readonly string?[] s_prefixes =
        [null, "", ".", "a.", ".a", "a..b", "a b", "a\t", "a*", "a.*", ">", "a.>", "é", "a/b", "$a", new string('a', 101)];

    static IEnumerable<TestCaseData> BridgeOptions()
    {
        foreach (var prefix in s_prefixes)
            yield return Of(nameof(PgNatsBridgeOptions.SubjectPrefix), options => options.SubjectPrefix = prefix!);
        yield return Of(nameof(PgNatsBridgeOptions.Heartbeat), options => options.Heartbeat = TimeSpan.FromMilliseconds(999));
        yield return Of(nameof(PgNatsBridgeOptions.Heartbeat), options => options.Heartbeat = TimeSpan.FromMinutes(31));
        yield return Of(nameof(PgNatsBridgeOptions.Heartbeat), options => options.Heartbeat = Timeout.InfiniteTimeSpan);
        yield return Of(nameof(PgNatsBridgeOptions.Linger), options => options.Linger = TimeSpan.FromSeconds(59));
        yield return Of(nameof(PgNatsBridgeOptions.Linger), options => options.Linger = TimeSpan.FromDays(2));
        yield return Of(nameof(PgNatsBridgeOptions.MaxAskedChannels), options => options.MaxAskedChannels = -1);
        yield return Of(nameof(PgNatsBridgeOptions.BufferCapacity), options => options.BufferCapacity = 0);
        yield return Of(nameof(PgNatsBridgeOptions.BufferCapacity), options => options.BufferCapacity = 16_777_217);
        yield return Of(nameof(PgNatsBridgeOptions.BufferBytes), options => options.BufferBytes = 65_535);

        static TestCaseData Of(string option, Action<PgNatsBridgeOptions> set) => new TestCaseData(option, set).SetArgDisplayNames(option);
    }

    static IEnumerable<TestCaseData> ListenerOptions()
    {
        foreach (var prefix in s_prefixes)
            yield return Of(nameof(NatsListenerOptions.SubjectPrefix), options => options.SubjectPrefix = prefix!);
        yield return Of(nameof(NatsListenerOptions.AnswerTimeout), options => options.AnswerTimeout = TimeSpan.FromMilliseconds(99));
        yield return Of(nameof(NatsListenerOptions.AnswerTimeout), options => options.AnswerTimeout = TimeSpan.FromHours(2));
        yield return Of(nameof(NatsListenerOptions.Linger), options => options.Linger = TimeSpan.FromSeconds(-1));
        yield return Of(nameof(NatsListenerOptions.BufferCapacity), options => options.BufferCapacity = 0);
        yield return Of(nameof(NatsListenerOptions.MaxReconnectDelay), options => options.MaxReconnectDelay = TimeSpan.Zero);
        yield return Of(nameof(NatsListenerOptions.Name), options => options.Name = "");

        static TestCaseData Of(string option, Action<NatsListenerOptions> set) => new TestCaseData(option, set).SetArgDisplayNames(option);
    }

    [TestCaseSource(nameof(BridgeOptions))]
    public async Task ABridgesOptionOutOfRange_IsNamed(string option, Action<PgNatsBridgeOptions> set)
    {
        await using var nats = new NatsConnection();
        var options = new PgNatsBridgeOptions();
        set(options);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _ = new PgNatsBridge("Host=h", nats, options))!;
        Assert.That(error.ParamName, Is.EqualTo(option));
        Assert.That(error.Message, Does.StartWith($"{nameof(PgNatsBridgeOptions)}.{option} must be "));
        Assert.That(Assert.Throws<ArgumentOutOfRangeException>(options.Validate)!.Message, Is.EqualTo(error.Message));
        Assert.That(nats.ConnectionState, Is.EqualTo(NatsConnectionState.Closed));
    }

    [TestCaseSource(nameof(ListenerOptions))]
    public async Task AListenersOptionOutOfRange_IsNamed(string option, Action<NatsListenerOptions> set)
    {
        await using var nats = new NatsConnection();
        var options = new NatsListenerOptions();
        set(options);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _ = new NatsListener(nats, options))!;
        Assert.That(error.ParamName, Is.EqualTo(option));
        Assert.That(error.Message, Does.StartWith($"{nameof(NatsListenerOptions)}.{option} must be "));
    }

    [Test]
    public async Task ArgumentsThatAreMissing_AndConnectionStringsThatAreNone_ThrowAtOnce()
    {
        await using var nats = new NatsConnection();
        Assert.Throws<ArgumentNullException>(() => _ = new NatsListener(null!));
        Assert.Throws<ArgumentNullException>(() => _ = new PgNatsBridge("Host=h", null!));
        Assert.Throws<ArgumentNullException>(() => _ = new PgNatsBridge((string)null!, nats));
        Assert.Throws<ArgumentNullException>(() => _ = new PgNatsBridge((Npgsql.NpgsqlDataSource)null!, nats));
        Assert.Throws<ArgumentNullException>(() => _ = new PgNatsBridge("Host=h", nats, new PgNatsBridgeOptions { Channels = null! }));
        Assert.That(() => new PgNatsBridge("Host=h", nats, new PgNatsBridgeOptions { Channels = ["a", null!] }), Throws.InstanceOf<ArgumentException>());
        var error = Assert.Throws<ArgumentException>(() => _ = new PgNatsBridge("Password=s3cr3t;Nonsense", nats))!;
        Assert.That(error.Message, Does.Not.Contain("s3cr3t"));
        Assert.That(() => new PgNatsBridge("Database=shop", nats), Throws.ArgumentException, "no host");
    }

    [TestCase("nats://c2Vj/cmV0@broker")]
    [TestCase("nats://me:12/34@broker")]
    [TestCase("nats://me:1?2@broker")]
    [TestCase("nats://me:1#2@broker")]
    [TestCase("nats://to,ken@broker")]
    public async Task AUrlWhosePasswordIsNotEncoded_IsRefused_AndNothingOfItIsQuoted(string url)
    {
        await using var nats = new NatsConnection(new NatsOpts { Url = url, AuthOpts = new NatsAuthOpts { Username = "me", Password = "x" } });
        foreach (var create in (Action[])[() => _ = new NatsListener(nats), () => _ = new PgNatsBridge("Host=h", nats)])
        {
            Assert.That(
                () => create(),
                Throws.ArgumentException.With.Property(nameof(ArgumentException.ParamName)).EqualTo("nats")
                    .And.Message.Contains("%2F").And.Message.Not.Contains("broker").And.Message.Not.Contains("me:"));
        }
    }

    [Test]
    public async Task WhatIsAtTheEdge_IsValid_AndAChangeAfterwardsHasNoEffect()
    {
        await using var stage = new Stage(prefix: $"{UniqueChannel.Name()}.{new string('a', 30)}.b-_C");
        IList<string> channels = ["listed"];
        PgNatsBridgeOptions? given = null;
        await stage.StartBridgeAtWorkAsync(options =>
        {
            (options.Channels, options.ListedOnly, options.Linger, options.MaxAskedChannels) = (channels, true, 6 * Stage.Heartbeat, 0);
            (options.BufferCapacity, options.BufferBytes) = (1, 64 * 1024);
            given = options;
        });
        channels.Clear();
        (given!.SubjectPrefix, given.ListedOnly) = ("changed", false);
        var recorder = new Recorder<Notification>();
        using var subscription = await stage.Listen().Channel("listed").SubscribeAsync(recorder);
        Assert.That(async () => await stage.Listen().Channel("other").SubscribeAsync(_ => { }), Throws.InstanceOf<PgListenerException>());
    }
}
