using Rx.PgNotify.Connections;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tests.Connections;

public class ReconnectPolicyTests
{
    static readonly TimeSpan s_delay = TimeSpan.FromSeconds(1);

    [Test]
    public void AClockThatIsSetBack_LengthensNoDelay()
    {
        var scheduler = new ManualScheduler { Elapsed = TimeSpan.FromHours(2) };
        var policy = new ReconnectPolicy(_ => null, first: s_delay, cap: 10 * s_delay, budget: null, scheduler);
        Assert.That(policy.Remaining(), Is.EqualTo(TimeSpan.Zero), "the first attempt is due at once");

        var delay = policy.Failed(new TimeoutException());
        Assert.That(policy.Remaining(), Is.EqualTo(delay));
        scheduler.Elapsed -= TimeSpan.FromHours(1);
        Assert.That(policy.Remaining(), Is.EqualTo(delay));
        scheduler.Elapsed += delay / 2;
        Assert.That(policy.Remaining(), Is.EqualTo(delay - (delay / 2)));
        scheduler.Elapsed += delay;
        Assert.That(policy.Remaining(), Is.LessThanOrEqualTo(TimeSpan.Zero));
    }
}
