using Rx.PgNotify.Tool.Top;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
sealed class TopSnapshotTests
{
    static readonly ServerState s_idle = new("18.1", false, 0, 8L << 30, 8_192, 10);
    static readonly ServerState s_inUse = s_idle with { QueueUsage = 0.25, PagesBegun = 34 };

    [Test]
    public void Listener_ThatWentOnToSomethingElse_IsRemembered_UntilItEndsListeningOrGoes()
    {
        var known = new KnownListeners();

        Assert.That(Mark("LISTEN a"), Is.EqualTo((true, "a")));
        Assert.That(Mark("LISTEN b"), Is.EqualTo((true, "a,b")));
        Assert.That(Mark("SELECT 1"), Is.EqualTo((true, "a,b")));
        Assert.That(Mark("UNLISTEN a"), Is.EqualTo((true, "b")));
        Assert.That(Mark("SELECT 1", began: 2), Is.EqualTo((false, "")), "another session of the same number");
        Assert.That(Mark("LISTEN a", began: 2), Is.EqualTo((true, "a")));
        Assert.That(Mark("UNLISTEN *", began: 2), Is.EqualTo((false, "")));
        known.Mark([]);
        Assert.That(Mark("SELECT 1"), Is.EqualTo((false, "")));

        (bool, string) Mark(string query, double began = 1) =>
            known.Mark([Session(1, query) with { Began = began }])[0] is var session ? (session.Listens, string.Join(',', session.Channels)) : default;
    }

    [TestCase("UNLISTEN a", false)]
    [TestCase("UNLISTEN b", true)]
    [TestCase("/* Rx.PgNotify */ UNLISTEN a", true)]
    public void Listener_ThatEndsListeningToTheLastKnownChannel_IsNoneAnyMore_ButForThoseOfTheLibrary(string statement, bool expected)
    {
        var known = new KnownListeners();
        known.Mark([Session(1, "LISTEN a")]);

        Assert.That(known.Mark([Session(1, statement)])[0].Listens, Is.EqualTo(expected));
        Assert.That(known.Mark([Session(1, "SELECT 1")])[0].Listens, Is.EqualTo(expected));
    }

    [Test]
    public void Listener_KnownFromAnEarlierStatement_IsMarkedAsOneThatMayHaveStopped()
    {
        var known = new KnownListeners();
        known.Mark([Session(1, "LISTEN a"), Session(2, "LISTEN a")]);
        var snapshot = new Snapshot(default, s_inUse, known.Mark([Session(1, "COMMIT", transaction: 61), Session(2, "LISTEN b")]));

        Assert.That(Line(snapshot, "Held back"), Is.EqualTo("Held back  by 1, which listens: in a transaction for 1m01, if it still listens"));
        Assert.That(TopLines.Of(snapshot, null, "me@h").Select(line => line.Text), Has.One.Match("^ *1  listens\\?  a ").And.One.Match("^ *2  listens   a, b "));
    }

    [Test]
    public void HeldBack_NamesTheListenerThatHasLaggedLongest()
    {
        var snapshot = Take(
            s_inUse,
            Session(1, "LISTEN a"),
            Session(2, "LISTEN a", transaction: 61),
            Session(3, "LISTEN a", wait: "ClientWrite", state: 3_725),
            Session(4, "SELECT 1", transaction: 9_999));

        Assert.That(snapshot.SlowestListener!.ProcessId, Is.EqualTo(3));
        Assert.That(Line(snapshot, "Held back"), Is.EqualTo("Held back  by 3, which listens: its client has not read for 1h02"));
        Assert.That(snapshot.Concerned.Select(session => session.ProcessId), Is.EqualTo(new[] { 4, 3, 2, 1 }), "who lags first");
    }

    [TestCase(true, 61, "Held back  by a session not known to listen; 2 has the oldest transaction, 1m01")]
    [TestCase(true, 1, "Held back  by a session not known to listen, or a moment's traffic")]
    [TestCase(false, 61, "Held back  by nobody")]
    public void HeldBack_ByNoKnownListener_SaysWhatIsKnown(bool isInUse, double transaction, string expected) => Assert.That(
        Line(Take(isInUse ? s_inUse : s_idle, Session(1, "LISTEN a"), Session(2, "SELECT 1", transaction: transaction)), "Held back"), Is.EqualTo(expected));

    [Test]
    public void Queue_ByTwoSnapshots_HasTheRateOfItsPages()
    {
        var lines = TopLines.Of(Take(s_inUse, at: 4), Take(s_idle, at: 2), "me@h").ToArray();

        Assert.That(lines[1].Text, Is.EqualTo("Queue      25 % of 8 GB in use, 96 kB a second written"));
        Assert.That(lines[1].Tone, Is.EqualTo(TopTone.Warning));
    }

    [Test]
    public void Sessions_OfOthers_AreCountedByWhetherTheyAreHidden()
    {
        var snapshot = Take(s_idle, Session(1, "<insufficient privilege>"), Session(2, "<insufficient privilege>") with { HoldsCommitLock = false }, Session(3, "SELECT 1"));

        Assert.That((snapshot.Concerned.Count, snapshot.HiddenCount, snapshot.OtherCount), Is.EqualTo((1, 1, 1)));
        Assert.That(snapshot.Commits, Is.EqualTo((0, 1)));
    }

    [Test]
    public void Line_OfASession_StaysOneLineAndDrivesNoTerminal()
    {
        var lines = TopLines.Of(Take(s_idle, Session(1, "LISTEN a;\n\u001b[2J") with { Application = new string('x', 60) }), null, "me@h").ToArray();

        Assert.That(lines.Select(line => line.Text), Has.One.EndsWith("LISTEN a; \\u001B[2J").And.All.Not.Contain("\e").And.All.Not.Contain("\n"));
        Assert.That(lines.Select(line => line.Text), Has.One.Contains($"  {new string('x', 19)}…  "));
    }

    static string Line(Snapshot snapshot, string beginning) => TopLines.Of(snapshot, null, "me@h").Select(line => line.Text).Single(text => text.StartsWith(beginning, StringComparison.Ordinal));

    static Snapshot Take(ServerState server, params Session[] sessions) => Take(server, 0, sessions);

    static Snapshot Take(ServerState server, double at, params Session[] sessions) =>
        new(TimeSpan.FromSeconds(at), server, new KnownListeners().Mark(sessions));

    static Session Session(int processId, string query, double state = 1, double? transaction = null, string? wait = null) => new(
        processId, processId, "shop", "me", "app", "10.0.0.1", transaction is null ? "idle" : "idle in transaction", wait, query,
        TimeSpan.FromSeconds(state), transaction is { } seconds ? TimeSpan.FromSeconds(seconds) : null, null);
}
