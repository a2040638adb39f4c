namespace Rx.PgNotify.IntegrationTests.Sending;

/// <summary>The server commits, and the connection is lost before anybody hears of it.</summary>
[Parallelizable(ParallelScope.All)]
public class InDoubtTests
{
    [Test]
    public async Task SendsInDoubt_FailAndAreNotSentAgain_AndThoseBehindThemAreSent()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var notifier = new PgNotifier(tap.ConnectionString);
        var (doubtful, behind) = await LoseTheReplyAsync(tap, notifier, arrivals);

        var error = (await Assert.ThrowsAsync<PgNotifierException>(async () => await doubtful))!;
        Assert.That(error.Error, Is.EqualTo(PgNotifierError.InDoubt));
        Assert.That(error.InnerException, Is.Not.Null);
        await behind;
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "first", "doubtful", "behind" }));
    }

    [Test]
    public async Task SendsInDoubt_AreSentAgainBeforeThoseBehindThem_IfThatIsWanted()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var notifier = new PgNotifier(tap.ConnectionString, new PgNotifierOptions { ResendInDoubt = true });
        var (doubtful, behind) = await LoseTheReplyAsync(tap, notifier, arrivals);

        await doubtful;
        await behind;
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "first", "doubtful", "doubtful", "behind" }));
    }

    [Test]
    public async Task ASendInDoubtThatCanNotBeRepeated_StillSaysThatItIsInDoubt()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var notifier = new PgNotifier(
            tap.ConnectionString, new PgNotifierOptions { ResendInDoubt = true, FlushTimeout = TimeSpan.FromSeconds(1) });
        await notifier.NotifyAsync(arrivals.Channel, "first");
        using var refusal = tap.RefuseConnections();
        var (doubtful, behind) = await LoseTheReplyAsync(tap, notifier, arrivals, isConnected: true);
        await notifier.DisposeAsync();

        Assert.That((await Assert.ThrowsAsync<PgNotifierException>(async () => await doubtful))!.Error, Is.EqualTo(PgNotifierError.InDoubt));
        Assert.That((await Assert.ThrowsAsync<PgNotifierException>(async () => await behind))!.Error, Is.EqualTo(PgNotifierError.NotFlushed));
    }

    [Test]
    public async Task OfSeveralCommits_ThoseThatAreKnownToBeMade_AreNotInDoubt()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var arrivals = await Arrivals.ListenAsync(server.ConnectionString);
        await using var victim = new PgNotifier($"{server.ConnectionString};Application Name=victim");

        // Commits in many round trips: the backend is killed somewhere in between.
        var sends = Enumerable.Range(0, 4_000).Select(_ => victim.NotifyAsync(arrivals.Channel, "same")).ToList();
        await arrivals.UntilCountAsync(20);
        await SqlExtensions.KillBackendsAsync(server, "victim");
        await Task.WhenAll(sends.Select(send => send.ContinueWith(_ => { }, TaskScheduler.Default)));

        var succeeded = sends.Count(send => send.IsCompletedSuccessfully);
        var inDoubt = sends.Count(send => send.Exception?.InnerException is PgNotifierException { Error: PgNotifierError.InDoubt });
        await TestContext.Out.WriteLineAsync($"{succeeded} made, {inDoubt} in doubt");
        Assert.That(succeeded + inDoubt, Is.EqualTo(sends.Count));
        Assert.That((await arrivals.PayloadsAsync()).Count, Is.InRange(succeeded, succeeded + inDoubt));
        Assert.That(inDoubt, Is.LessThanOrEqualTo(128), "no more than were under way");
    }

    static async Task<(Task Doubtful, Task Behind)> LoseTheReplyAsync(
        WireTap tap, PgNotifier notifier, Arrivals arrivals, bool isConnected = false)
    {
        if (!isConnected)
            await notifier.NotifyAsync(arrivals.Channel, "first");
        using var hold = tap.HoldCommits();
        await Task.Yield();
        var doubtful = notifier.NotifyAsync(arrivals.Channel, "doubtful");
        await arrivals.UntilCountAsync(2);
        var behind = notifier.NotifyAsync(arrivals.Channel, "behind");
        tap.Cut();
        return (doubtful, behind);
    }
}
