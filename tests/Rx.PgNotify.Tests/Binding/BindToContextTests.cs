namespace Rx.PgNotify.Tests.Binding;

public sealed class BindToContextTests : BindToFixture
{
    [Test]
    public void Snapshot_WithAContextCurrentAtTheCall_IsAppliedThere()
    {
        using var binding = Context.Within(() => Bind(context: null));

        Source.OnNext("ab");
        Assert.That(Target, Is.Empty);

        Context.Run();
        Assert.That(Target, Is.EqualTo("ab"));
    }

    [Test]
    public void Snapshot_WithAContextGiven_IsAppliedThereAndNotOnTheCurrentOne()
    {
        using var other = new SingleThreadContext();
        using var binding = other.Within(() => Bind());

        other.Within(() => Send("ab"));

        Assert.That(other.Pending, Is.Zero);
        Assert.That(Context.Pending, Is.EqualTo(1));
        Context.Run();
        Assert.That(Target, Is.EqualTo("ab"));
    }

    [Test]
    public void Snapshot_WithoutAContext_IsAppliedBeforeOnNextReturns()
    {
        using var binding = Bind(context: null);

        Source.OnNext("ab");
        Assert.That(Target, Is.EqualTo("ab"));
    }

    [Test]
    public void Snapshots_WhileTheContextIsBusy_ArePostedOnceAndOnlyTheLatestIsApplied()
    {
        using var binding = Bind();

        Source.OnNext("ab");
        Source.OnNext("xyz");
        Source.OnNext("abc");
        Assert.That(Context.Pending, Is.EqualTo(1));

        Context.RunOne();
        Assert.That(Events.ToString(), Is.EqualTo("+0:a +1:b +2:c"));
        Assert.That(Context.Pending, Is.Zero, "nothing is posted for nothing");

        Source.OnNext("ac");
        Context.RunOne();
        Assert.That(Target, Is.EqualTo("ac"));
    }

    [Test]
    public void Snapshots_ThatComeInsideAnEvent_FollowInAPostOfTheirOwn()
    {
        using var binding = Bind();
        OnFirstChange(() =>
        {
            Send("xy");
            Send("z");
            Assert.That(Context.Pending, Is.Zero, "posted only once this one is applied");
        });
        Source.OnNext("ab");

        Context.RunOne();
        Assert.That(Target, Is.EqualTo("ab"));
        Assert.That(Context.Pending, Is.EqualTo(1));

        Context.RunOne();
        Assert.That(Events.ToString(), Is.EqualTo("+0:a +1:b -1:b -0:a +0:z"));
    }

    [Test]
    public void Snapshots_ThatComeInsideAnEventWithoutAContext_FollowAfterwards()
    {
        using var binding = Bind(context: null);
        OnFirstChange(() =>
        {
            Send("xy");
            Send("z");
        });

        Source.OnNext("ab");

        Assert.That(Events.ToString(), Is.EqualTo("+0:a +1:b -1:b -0:a +0:z"));
    }

    [Test]
    public void Context_ThatRunsItsPostsAtOnce_DoesNotNestThem()
    {
        const int changes = 20_000;
        var count = 0;
        using var binding = Bind(new InlineContext());
        Target.CollectionChanged += (_, _) =>
        {
            if (++count < changes)
                Send(count % 2 == 0 ? "a" : "A");
        };

        Send("a");

        Assert.That(count, Is.EqualTo(changes));
        Assert.That(Errors, Is.Empty);
    }

    [Test]
    public void Context_ThatRefusesAPost_EndsTheBindingWithItsError()
    {
        using var binding = Bind(new ClosedContext());

        Send("a");

        Assert.That(Errors, Has.Count.EqualTo(1).And.All.TypeOf<ObjectDisposedException>());
        Assert.That(Source.HasObservers, Is.False);
    }

    [Test]
    public void Handler_ThatPumpsTheContext_SeesNoSnapshotInsideAnother()
    {
        using var binding = Bind();
        OnFirstChange(() =>
        {
            Send("z");
            Context.Run();
        });
        Source.OnNext("ab");

        Context.Run();

        Assert.That(Events.ToString(), Is.EqualTo("+0:a +1:b -1:b -0:a +0:z"));
    }

    [Test]
    public void ChangeFromElsewhere_BetweenSnapshots_IsUndone()
    {
        using var binding = Bind(context: null);
        Source.OnNext("abc");
        Target.Move(0, 2);
        Target.Add('x');

        Source.OnNext("abc");

        Assert.That(Target, Is.EqualTo("abc"));
    }

    sealed class InlineContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => d(state);
    }

    sealed class ClosedContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => throw new ObjectDisposedException("window");
    }
}
