using System.Reactive.Concurrency;

namespace Rx.PgNotify.Tests;

/// <summary>Schedulers that sleep on the thread which starts a timer: its owner would do nothing else until the timer is due.</summary>
public class BlockingSchedulerTests
{
    static readonly IScheduler[] s_blocking = [ImmediateScheduler.Instance, CurrentThreadScheduler.Instance];

    static readonly IScheduler[] s_others = [DefaultScheduler.Instance, TaskPoolScheduler.Default, new HistoricalScheduler()];

    [TestCaseSource(nameof(s_blocking))]
    public void AListener_RefusesIt(IScheduler scheduler)
    {
        var options = new PgListenerOptions { Scheduler = scheduler };
        AssertRefused(options.Validate);
        AssertRefused(() => _ = new PgListener("Host=nowhere.invalid", options));
    }

    [TestCaseSource(nameof(s_blocking))]
    public void ANotifier_RefusesIt(IScheduler scheduler)
    {
        var options = new PgNotifierOptions { Scheduler = scheduler };
        AssertRefused(options.Validate);
        AssertRefused(() => _ = new PgNotifier("Host=nowhere.invalid", options));
    }

    [TestCaseSource(nameof(s_others))]
    public void AnyOther_IsTaken(IScheduler scheduler)
    {
        Assert.That(new PgListenerOptions { Scheduler = scheduler }.Validate, Throws.Nothing);
        Assert.That(new PgNotifierOptions { Scheduler = scheduler }.Validate, Throws.Nothing);
    }

    static void AssertRefused(Action use)
    {
        var error = Assert.Throws<ArgumentException>(() => use())!;
        Assert.That(error.ParamName, Is.EqualTo("Scheduler"));
        Assert.That(error.Message, Does.Contain("blocks"));
    }
}
