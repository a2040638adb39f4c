namespace Rx.PgNotify.IntegrationTests.Sending;

/// <summary>How much goes to the server at once, seen by what becomes of it on a line that is slow but healthy.</summary>
[NonParallelizable]
public class RoundTripTests
{
    [Test]
    public async Task OnASlowLine_NothingIsGivenUp()
    {
        const int count = 600; // 4.8 MB: in one round trip it would take twice as long as an answer is waited for
        await using var proxy = FaultProxy.Start(TestServer.ConnectionString);
        await using var arrivals = await Arrivals.ListenAsync();
        await using var notifier = new PgNotifier(
            proxy.ConnectionString, new PgNotifierOptions { CommitTimeout = TimeSpan.FromSeconds(2), FlushTimeout = TimeSpan.FromMinutes(1) });
        await notifier.NotifyAsync(arrivals.Channel, "first");
        proxy.BytesPerSecond = 1_200_000;

        await Task.WhenAll(Enumerable.Range(0, count).Select(i => notifier.NotifyAsync(arrivals.Channel, $"{i,7999}")));

        Assert.That(
            (await arrivals.PayloadsAsync()).Skip(1).Select(payload => payload.TrimStart()),
            Is.EqualTo(Enumerable.Range(0, count).Select(i => $"{i}")));
        Assert.That(proxy.Accepted, Is.EqualTo(1));
    }
}
