using System.Globalization;

namespace Rx.PgNotify.IntegrationTests.Sending;

[Parallelizable(ParallelScope.All)]
public class NotifierOrderTests
{
    const int Senders = 64;

    [Test]
    public async Task EachChannel_KeepsTheOrderOfTheCalls_WhateverIsEqualAmongThem()
    {
        const int each = 200;
        string[] names = [.. Enumerable.Range(0, 4).Select(i => UniqueChannel.Name())];
        await using var arrivals = await Arrivals.ListenAsync(null, names);
        await using var notifier = new PgNotifier(TestServer.ConnectionString, new PgNotifierOptions { Capacity = 50 });

        // Without awaiting, so that equal ones meet; many are equal, so they go into many commits.
        await Task.WhenAll(names.Select(name => Task.Run(() =>
            Task.WhenAll(Enumerable.Range(0, 5 * each).Select(i => notifier.NotifyAsync(name, Payload(i)))))));

        var all = await arrivals.AllAsync();
        foreach (var name in names)
        {
            Assert.That(
                all.Where(item => item.Channel == name).Select(item => item.Payload),
                Is.EqualTo(Enumerable.Range(0, 5 * each).Select(Payload)));
        }

        static string Payload(int i) => (i % 3 == 0 ? i : i % 7).ToString(CultureInfo.InvariantCulture);
    }

    [Test]
    public async Task EachOfManySenders_FindsItsOwnInOrder()
    {
        const int each = 100;
        await using var arrivals = await Arrivals.ListenAsync();
        await using var notifier = new PgNotifier(TestServer.ConnectionString);
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
                await notifier.NotifyAsync(arrivals.Channel, $"{sender}:{i}");
        })));

        var all = await arrivals.PayloadsAsync();
        Assert.That(all, Has.Count.EqualTo(Senders * each));
        foreach (var group in all.Select(payload => payload.Split(':')).GroupBy(parts => parts[0]))
            Assert.That(group.Select(parts => int.Parse(parts[1], CultureInfo.InvariantCulture)), Is.EqualTo(Enumerable.Range(0, each)));
    }

    [Test]
    public async Task EqualPairs_AllArrive()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var notifier = new PgNotifier(TestServer.ConnectionString);
        await Task.WhenAll(Enumerable.Range(0, 10 * Senders).Select(_ => notifier.NotifyAsync(arrivals.Channel, "same")));
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(Enumerable.Repeat("same", 10 * Senders)));
    }

    [Test]
    public async Task EqualPairsThatMeet_ArriveOnce_IfTheyMayBeMerged()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var notifier = new PgNotifier(tap.ConnectionString, new PgNotifierOptions { MergeEqual = true, CommitTimeout = TimeSpan.FromHours(1) });
        await notifier.NotifyAsync(arrivals.Channel, "first");

        Task[] sends;
        using (tap.HoldCommits())
        {
            var first = notifier.NotifyAsync(arrivals.Channel, "on the wire");
            await arrivals.UntilCountAsync(2);
            sends = [first, .. Enumerable.Range(0, Senders).Select(i => notifier.NotifyAsync(arrivals.Channel, i % 2 == 0 ? "even" : "odd"))];
        }

        await Task.WhenAll(sends);
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "first", "on the wire", "even", "odd" }));
    }

    [Test]
    public async Task WhatMeets_IsSentInOneRoundTrip()
    {
        await using var arrivals = await Arrivals.ListenAsync();
        await using var tap = WireTap.Start(TestServer.ConnectionString);
        await using var notifier = new PgNotifier(tap.ConnectionString, new PgNotifierOptions { CommitTimeout = TimeSpan.FromHours(1) });
        await notifier.NotifyAsync(arrivals.Channel, "first");

        Task[] sends;
        int before;
        using (tap.HoldCommits())
        {
            var first = notifier.NotifyAsync(arrivals.Channel, "on the wire");
            await arrivals.UntilCountAsync(2);
            before = tap.RoundTrips;
            sends = [first, .. Enumerable.Range(0, Senders).Select(i => notifier.NotifyAsync(arrivals.Channel, $"{i / 4}"))];
        }

        await Task.WhenAll(sends);
        // A question whether the line is alive may come first, after a pause.
        Assert.That(tap.RoundTrips - before, Is.InRange(1, 2));
        Assert.That(tap.Connections, Is.EqualTo(1));
        Assert.That(await arrivals.PayloadsAsync(), Has.Count.EqualTo(2 + Senders));
    }
}
