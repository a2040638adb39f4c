namespace Rx.PgNotify.Tests.Delivery;

/// <summary>What a source reports as lost on its way here, unlike what a reader was too slow for.</summary>
public sealed class ChannelHubLossTests : HubFixture
{
    [Test]
    public async Task WhatWasLost_StandsInTheOrderOfTheNotifications_WithItsNumber()
    {
        Listen();
        var reader = Join();

        Send("a");
        Hub.Lost(3);
        Send("b");

        Assert.That(await reader.ReadAllAsync(), Is.EqualTo([Subscribed, Notification("a"), Lost(3), Notification("b")]));
    }

    [Test]
    public async Task AReaderThatIsOverrunPastALoss_GetsBothNumbersTogether()
    {
        Listen();
        var reader = Join();
        await reader.ReadAllAsync();
        Hub.Lost(3);
        var payloads = Enumerable.Range(0, 1_000).Select(number => $"{number}").ToArray();

        Send(payloads);

        var signals = await reader.ReadAllAsync();
        Assert.That(signals[0].IsResync);
        Assert.That(signals[0].Dropped - 3, Is.EqualTo(1_000 - (signals.Length - 1)));
        Assert.That(signals[1..], Is.EqualTo(payloads[(int)(signals[0].Dropped - 3)..].Select(Notification)));
    }

    [Test]
    public async Task WhatNobodyWasPromised_CanNotBeLost()
    {
        Listen();
        Hub.Lost(3);
        var reader = Join();
        Hub.NoLongerListened();
        Hub.Lost(3);
        Listen();

        Assert.That(await reader.ReadAllAsync(), Is.EqualTo([Subscribed, Reconnected]));
    }

    [Test]
    public async Task MoreThanAnEntryHolds_IsReportedAsTheMost()
    {
        Listen();
        var reader = Join();

        Hub.Lost(long.MaxValue);

        Assert.That(await reader.ReadAllAsync(), Is.EqualTo([Subscribed, Lost(int.MaxValue)]));
    }

    static ChannelSignal Lost(long count) => ChannelSignal.Resync(Channel, ResyncReasons.Overflow, count);
}
