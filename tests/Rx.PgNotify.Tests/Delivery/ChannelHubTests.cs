using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Tests.Delivery;

/// <summary>Readers that join, are parked and woken, and what the session reports meanwhile.</summary>
public sealed class ChannelHubTests : HubFixture
{
    [Test]
    public async Task AReader_BeforeTheAcknowledgement_WaitsForIt()
    {
        var reader = Join();
        Hub.ListenRequested();
        Assert.That((reader.IsWaiting, reader.HasJoined), Is.EqualTo((true, false)));

        Hub.Acknowledge();

        Assert.That(reader.HasJoined);
        Assert.That(await reader.ReadAllAsync(), Is.EqualTo([Subscribed]));
        Assert.That(reader.IsWaiting, "parked");
    }

    [Test]
    public async Task AReader_AfterTheAcknowledgement_IsQueuedAtOnce()
    {
        Listen();

        var reader = Join();

        Assert.That(reader.HasJoined);
        Assert.That(await reader.ReadAllAsync(), Is.EqualTo([Subscribed]));
    }

    [Test]
    public async Task TheFirstNotification_ProvesTheListenBeforeTheReplyDoes()
    {
        var reader = Join();
        Hub.ListenRequested();

        Send("a");
        Hub.Acknowledge();

        Assert.That(await reader.ReadAllAsync(), Is.EqualTo([Subscribed, Notification("a")]));
    }

    [Test]
    public async Task WhatArrivesWithoutAListen_IsNeitherKeptNorTakenForAnAcknowledgement()
    {
        Listen();
        var earlier = Join();
        await earlier.ReadAllAsync();
        Hub.NoLongerListened();
        var later = Join();

        Send("a");

        Assert.That((earlier.IsWaiting, later.IsWaiting, later.HasJoined), Is.EqualTo((true, true, false)));
        Listen();
        Assert.That(await earlier.ReadAllAsync(), Is.EqualTo([Reconnected]));
        Assert.That(await later.ReadAllAsync(), Is.EqualTo([Subscribed]));
    }

    [Test]
    public async Task AfterABreak_TheEarlierFindTheirResyncBeforeAnythingNew_AndNewcomersTheirOwn()
    {
        Listen();
        var busy = Join();
        Send("a");
        Hub.NoLongerListened();
        var newcomer = Join();
        Hub.ListenRequested();

        Send("b");

        Assert.That(await busy.ReadAllAsync(), Is.EqualTo([Subscribed, Notification("a"), Reconnected, Notification("b")]));
        Assert.That(await newcomer.ReadAllAsync(), Is.EqualTo([Subscribed, Notification("b")]));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3_000)]
    public async Task OneNotification_WakesAllWhoAreParked(int count)
    {
        Listen();
        var readers = Enumerable.Range(0, count).Select(_ => Join()).ToList();
        foreach (var reader in readers)
            await reader.ReadAllAsync();

        Send("a");

        foreach (var reader in readers)
            Assert.That(await reader.ReadAllAsync(), Is.EqualTo([Notification("a")]));
    }

    [Test]
    public async Task AReaderThatJoinsWhileOthersAreWoken_WaitsForItsOwnAcknowledgement()
    {
        Listen();
        var (first, second) = (Join(), Join());
        await first.ReadAllAsync();
        await second.ReadAllAsync();

        Send("a");
        Hub.NoLongerListened();
        var third = Join();
        Hub.ListenRequested();
        await first.UntilQueuedAsync();
        await second.UntilQueuedAsync();

        Assert.That((third.IsWaiting, third.HasJoined), Is.EqualTo((true, false)));
        Hub.Acknowledge();
        Assert.That(await third.ReadAllAsync(), Is.EqualTo([Subscribed]));
    }

    [Test]
    public async Task ABatch_HasNoMoreThanFits()
    {
        Listen();
        var reader = Join();
        Send("a", "b", "c");
        await reader.UntilQueuedAsync();

        Assert.That(reader.Read(2), Is.EqualTo((ReadOutcome.Signals, new[] { Subscribed, Notification("a") })));
        Assert.That(reader.Read(1), Is.EqualTo((ReadOutcome.Signals, new[] { Notification("b") })));
        Assert.That(reader.Read(), Is.EqualTo((ReadOutcome.Signals, new[] { Notification("c") })));
        Assert.That(reader.Read(), Is.EqualTo((ReadOutcome.Parked, Array.Empty<ChannelSignal>())));
    }
}
