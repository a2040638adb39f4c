using Rx.PgNotify.Nats;
using Rx.PgNotify.Tool.Bridging;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
sealed class BridgeCommentsTests
{
    [Test]
    public void Write_OfWhatIsTriedAgainAndAgain_WritesTheNewsAlone()
    {
        var (there, away) = (
            new BridgeState.Failing(new IOException("no\nserver \e[31m")),
            new BridgeState.Failing(new NatsListenerException(NatsListenerError.NatsUnavailable, "There is no NATS.", new IOException("gone"))));

        var lines = Written(new BridgeState.Connecting(), there, there, away, away, new BridgeState.AtWork(), new BridgeState.Connecting(), new BridgeState.Stopped());

        Assert.That(lines, Is.EqualTo(new[] { "connecting", "failing: PostgreSQL: no server \\u001B[31m", "failing: There is no NATS", "at work", "stopped" }));
    }

    [Test]
    public void Write_OfARoleThatComesLater_SaysWhatItWaitsFor() => Assert.That(
        Written(new BridgeState.Connecting(), new BridgeState.StandingBy(), new BridgeState.AtWork(), new BridgeState.Stopped()),
        Is.EqualTo(new[] { "connecting", "standing by: another bridge is at work", "at work", "stopped" }));

    static string[] Written(params BridgeState[] states)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var comments = new BridgeComments(output, TimeProvider.System);
        foreach (var state in states)
            comments.Write(state);
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.All.Match(@"^# \d\d:\d\d:\d\d\.\d\d\d "));
        return [.. lines.Select(line => line.Split(' ', 3)[2])];
    }
}
