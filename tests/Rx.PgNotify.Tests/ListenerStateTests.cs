namespace Rx.PgNotify.Tests;

public class ListenerStateTests
{
    static readonly PgListenerException s_cause = new(PgListenerError.DatabaseNotFound, "There is no such database.");

    static readonly Func<ListenerState>[] s_states =
    [
        () => new ListenerState.Idle(),
        () => new ListenerState.Listening(),
        () => new ListenerState.Reconnecting(2, TimeSpan.FromSeconds(1), s_cause),
        () => new ListenerState.Reconnecting(3, TimeSpan.FromSeconds(1), s_cause),
        () => new ListenerState.Reconnecting(2, TimeSpan.FromSeconds(2), s_cause),
        () => new ListenerState.Faulted(s_cause),
    ];

    [Test]
    public void States_AreEqualIfAllTheySayIs()
    {
        for (var i = 0; i < s_states.Length; i++)
        {
            for (var j = 0; j < s_states.Length; j++)
                Assert.That(s_states[i]().Equals(s_states[j]()), Is.EqualTo(i == j), $"{s_states[i]()}, {s_states[j]()}");
        }
    }

    [Test]
    public void AStateWithoutItsCause_Throws()
    {
        Assert.That(() => new ListenerState.Reconnecting(1, TimeSpan.Zero, null!), Throws.ArgumentNullException);
        Assert.That(() => new ListenerState.Faulted(null!), Throws.ArgumentNullException);
        Assert.That(() => new ObserverFailure("a", null!), Throws.ArgumentNullException);
    }
}
