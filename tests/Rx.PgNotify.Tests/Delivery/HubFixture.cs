using Rx.PgNotify.Delivery;

namespace Rx.PgNotify.Tests.Delivery;

/// <summary>One channel of a listener, without the listener: the test is the session.</summary>
public abstract class HubFixture
{
    private protected const string Channel = "orders";

    private protected static readonly ChannelSignal Subscribed = ChannelSignal.Resync(Channel, ResyncReasons.Subscribed);
    private protected static readonly ChannelSignal Reconnected = ChannelSignal.Resync(Channel, ResyncReasons.Reconnected);

    private protected BufferBudget Budget { get; private set; } = null!;

    private protected DeliveryCounts Counts { get; private set; } = null!;

    private protected ChannelHub Hub { get; private set; } = null!;

    [SetUp]
    public void CreateHub()
    {
        Budget = new BufferBudget(1 << 20);
        Counts = new DeliveryCounts();
        Hub = new ChannelHub(Channel, typeof(PgListener), 1_000, Budget, Counts);
    }

    private protected static ChannelSignal Notification(string payload) => ChannelSignal.From(new Notification(Channel, payload, 1));

    private protected void Send(params string[] payloads) =>
        Hub.Append(Array.ConvertAll(payloads, payload => new Notification(Channel, payload, 1)));

    private protected void Listen()
    {
        Hub.ListenRequested();
        Hub.Acknowledge();
    }

    private protected TestReader Join()
    {
        var reader = new TestReader(Hub);
        Hub.Join(reader);
        return reader;
    }
}
