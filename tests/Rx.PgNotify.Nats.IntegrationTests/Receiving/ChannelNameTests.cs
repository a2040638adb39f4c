using System.Reactive.Linq;
using System.Text;

namespace Rx.PgNotify.Nats.IntegrationTests.Receiving;

/// <summary>Whatever PostgreSQL takes as a channel passes through NATS, whose subjects know fewer characters, and stays itself.</summary>
[Parallelizable(ParallelScope.All)]
public class ChannelNameTests
{
    const int MostBytes = 63;

    static readonly string[] s_names =
    [
        "a", "A", "a.b", "A.b", "a.B", "A.B", "a%2Eb", "a%2eb", "a%252Eb", "a..b", ".", "..", ".a", "a.", "a. b",
        " ", "a b", "a  b", "a+b", "a%20b", "\t", "a\tb", "a\nb", "a\r\nb", "\u0001", "\u007F",
        "*", ">", "a.*", "a.>", "*.b", "%", "%%", "%25", "$SYS", "_INBOX", "$JS.API.>",
        "'", "\"", "a\"b", "a'b", "\\", "`", ";", "--", "(a)", "{a}", "[a]", "a/b", "a:b", "a?b", "a#b", "a&b", "a=b", "a@b", "a,b", "a|b", "a~b", "a-b", "a_b",
        "é", "e\u0301", "E\u0301", "日本", "ß", "ss", "İ", "i", "ı", "😀", "👩‍👩‍👧‍👦", "\u00A0", "\u200B", "\uFFFD", "\uFEFF",
        new string('x', MostBytes), new string('x', MostBytes - 1) + ".", new string('.', MostBytes), new string('%', MostBytes),
        string.Concat(Enumerable.Repeat("é", 31)) + "x", string.Concat(Enumerable.Repeat("😀", 15)) + "xyz",
    ];

    [Test]
    public async Task EachName_GetsItsOwnNotifications_AndNoOthers()
    {
        Assert.That(s_names, Is.Unique);
        Assert.That(s_names.Max(Encoding.UTF8.GetByteCount), Is.EqualTo(MostBytes));
        await using var stage = new Stage(heartbeat: Stage.Calm);
        stage.StartBridge();
        var listener = stage.Listen();
        var recorders = s_names.ToDictionary(name => name, _ => new Recorder<ChannelSignal>());
        // All at once: together they fill more than one question.
        var filler = Enumerable.Range(0, 300).Select(_ => listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { })).ToList();
        await Task.WhenAll(recorders.Select(pair => listener.Channel(pair.Key).Signals.SubscribeAsync(pair.Value)).Concat(filler));

        await using var connection = await TestServer.DataSource.OpenConnectionAsync();
        foreach (var name in s_names)
            await connection.NotifyAsync(name, $"to {name}");
        foreach (var name in s_names)
            await connection.NotifyAsync(name, "last");

        foreach (var (name, recorder) in recorders)
        {
            await recorder.UntilCountAsync(3);
            Assert.That(recorder.Items[0], Is.EqualTo(ChannelSignal.Resync(name, ResyncReasons.Subscribed)));
            Assert.That(
                recorder.Items.Skip(1),
                Is.EqualTo(new[] { $"to {name}", "last" }.Select(payload => ChannelSignal.From(new Notification(name, payload, connection.ProcessID)))));
        }
    }

    [Test]
    public async Task ListedNames_MayBeAnythingToo()
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        await stage.StartBridgeAtWorkAsync(options => (options.Channels, options.ListedOnly) = (s_names, true));
        var listener = stage.Listen();
        await Task.WhenAll(s_names.Select(name => listener.Channel(name).SubscribeAsync(_ => { })));
        // The state follows the acknowledgement.
        Assert.That(await listener.State.FirstAsync(state => state is ListenerState.Listening).Timeout(Eventually.Deadline), Is.Not.Null);
    }

    [TestCase("")]
    [TestCase("a\0b")]
    [TestCase("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public async Task WhatIsNoChannelOfPostgres_IsNoneHere(string name)
    {
        await using var stage = new Stage(heartbeat: Stage.Calm);
        var listener = stage.Listen();
        Assert.That(() => listener.Channel(name), Throws.ArgumentException);
        Assert.That(() => stage.StartBridge(options => options.Channels = ["a", name]), Throws.ArgumentException);
    }
}
