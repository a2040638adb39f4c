using System.Globalization;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.PgNotify.VirtualTime;

namespace Rx.PgNotify.Tables.Tests.CatchUp;

/// <summary>Loads take 20 ms; each returns the cursor after the one it was given, and that as its row.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CatchUpTests : IDisposable
{
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(30);
    static readonly TimeSpan s_maxWait = TimeSpan.FromMilliseconds(80);
    static readonly TimeSpan s_retryDelay = TimeSpan.FromMilliseconds(500);

    readonly TestScheduler _time = new();
    readonly Subject<ChannelSignal> _signals = new();
    readonly Recorder<string> _recorder;
    readonly VirtualRun _run;

    public CatchUpTests()
    {
        _recorder = _time.CreateRecorder<string>();
        _run = new VirtualRun(_time, 20);
    }

    public void Dispose() => _signals.Dispose();

    [Test]
    public void EachLoad_BeginsAtTheCursorOfTheBatchBefore()
    {
        using var subscription = Rows(_signals.CatchUp(LoadAsync, options: Timing())).Subscribe(_recorder);
        Send();
        _time.AdvanceTo(10);
        Send();
        _time.AdvanceTo(200);
        Send();
        Send();
        _time.Start();

        Assert.That(_run.Starts, Is.EqualTo("0:none 50:1 230:2"));
        Assert.That(_recorder.ToString(), Is.EqualTo("20:none 70:1 250:2"));
    }

    [Test]
    public void TheFirstLoad_BeginsAtTheStoredCursor_OfEachSubscription()
    {
        var batches = Rows(_signals.CatchUp(LoadAsync, CatchUpCursor.Parse("7:7:"), Timing()));
        for (var i = 0; i < 2; i++)
        {
            using var subscription = batches.Subscribe(_recorder);
            Send();
            _time.AdvanceBy(20);
        }

        Assert.That(_run.Starts, Is.EqualTo("0:7 20:7"));
    }

    [Test]
    public void ABatchWhoseObserverThrew_IsNotPassed()
    {
        var batches = _signals.CatchUp(LoadAtOnceAsync, options: Timing());
        using var subscription = batches.Subscribe(_ => throw new InvalidOperationException("observer"), _ => { });

        Assert.That(Send, Throws.InvalidOperationException.With.Message.EqualTo("observer"));
        Send();
        _time.Start();

        Assert.That(_run.Starts, Is.EqualTo("0:none"), "neither again nor from its cursor");
    }

    [Test]
    public void ALoadThatThrows_EndsAll()
    {
        using var subscription = Rows(_signals.CatchUp<string>((_, _) => throw new InvalidOperationException("load"), options: Timing()))
            .Subscribe(_recorder);
        Send();

        Assert.That(_recorder.ToString(), Is.EqualTo("0:#load"));
        Assert.That(_signals.HasObservers, Is.False);
    }

    [Test]
    public void ALoadThatThrowsToSomebody_IsRunAgainFromTheSameCursor()
    {
        var failures = new List<string>();
        var isDown = false;
        using var subscription = Rows(_signals.CatchUp(
            (cursor, token) => isDown ? throw new InvalidOperationException($"from {Number(cursor)}") : LoadAsync(cursor, token),
            options: Timing(error => failures.Add(error.Message)))).Subscribe(_recorder);
        Send();
        _time.AdvanceTo(100);
        isDown = true;
        Send();
        _time.AdvanceTo(1_000);
        isDown = false;
        _time.Start();

        Assert.That(failures, Is.EqualTo(new[] { "from 1", "from 1" }));
        Assert.That(_run.Starts, Is.EqualTo("0:none 1130:1"));
        Assert.That(_recorder.ToString(), Is.EqualTo("20:none 1150:1"));
    }

    [Test]
    public void ACursorThatIsRefused_EndsAllThoughFailuresAreTaken()
    {
        var failures = new List<Exception>();
        using var subscription = Rows(_signals.CatchUp<string>(
            (_, _) => Task.FromException<CatchUpBatch<string>>(new CatchUpCursorException("refused")),
            options: Timing(failures.Add))).Subscribe(_recorder);
        Send();
        _time.Start();

        Assert.That(_recorder.ToString(), Is.EqualTo("0:#refused"));
        Assert.That(failures, Is.Empty);
    }

    [Test]
    public void ALoadWithoutTaskOrBatch_EndsAll()
    {
        Task<CatchUpBatch<string>>? none = null;
        using (Rows(_signals.CatchUp((_, _) => none!, options: Timing())).Subscribe(_recorder))
            Send();
        using (Rows(_signals.CatchUp((_, _) => Task.FromResult<CatchUpBatch<string>>(null!), options: Timing())).Subscribe(_recorder))
            Send();

        Assert.That(_recorder.ToString(), Is.EqualTo("0:#The load returned no task. 0:#The load returned no batch."));
    }

    [Test]
    public void Dispose_CancelsTheLoad_AndItsBatchIsDropped()
    {
        var subscription = Rows(_signals.CatchUp(LoadAsync, options: Timing())).Subscribe(_recorder);
        Send();
        subscription.Dispose();
        _time.Start();

        Assert.That(_run.Token.IsCancellationRequested, Is.True);
        Assert.That(_recorder.ToString(), Is.Empty);
    }

    [Test]
    public void BadArguments_AreRefusedAtOnce()
    {
        Assert.That(() => TableObservable.CatchUp((IObservable<ChannelSignal>)null!, LoadAsync), Throws.ArgumentNullException);
        Assert.That(() => _signals.CatchUp<string>(null!), Throws.ArgumentNullException);
        Assert.That(
            () => _signals.CatchUp(LoadAsync, options: new LiveQueryOptions { QueryFailed = _ => { }, RetryDelay = TimeSpan.Zero }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("RetryDelay"));
        Assert.That(
            () => _signals.CatchUp(LoadAsync, options: new LiveQueryOptions { Quiet = TimeSpan.FromMilliseconds(-1) }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("Quiet"));
        Assert.That(() => new CatchUpBatch<int>(null!, []), Throws.ArgumentNullException);
        Assert.That(() => new CatchUpBatch<int>(CatchUpCursor.Parse("1:1:"), null!), Throws.ArgumentNullException);
    }

    LiveQueryOptions Timing(Action<Exception>? loadFailed = null) => new()
    {
        Quiet = s_quiet,
        MaxWait = s_maxWait,
        QueryFailed = loadFailed,
        RetryDelay = s_retryDelay,
        Scheduler = _time,
    };

    static IObservable<string> Rows(IObservable<CatchUpBatch<string>> batches) => batches.Select(batch => string.Join(',', batch.Rows));

    static string Number(CatchUpCursor? cursor) => cursor is null ? "none" : cursor.Snapshot.Split(':')[0];

    static CatchUpBatch<string> After(CatchUpCursor? cursor, string row)
    {
        var next = cursor is null ? 1 : int.Parse(Number(cursor), CultureInfo.InvariantCulture) + 1;
        return new CatchUpBatch<string>(CatchUpCursor.Parse($"{next}:{next}:"), [row]);
    }

    // Virtual time has one thread: what follows the run goes on there, and not in the test runner's context.
    async Task<CatchUpBatch<string>> LoadAsync(CatchUpCursor? cursor, CancellationToken cancellationToken) =>
        After(cursor, await _run.Start(Number(cursor), cancellationToken).ConfigureAwait(false));

    Task<CatchUpBatch<string>> LoadAtOnceAsync(CatchUpCursor? cursor, CancellationToken cancellationToken)
    {
        var number = Number(cursor);
        _ = _run.Start(number, cancellationToken);
        return Task.FromResult(After(cursor, number));
    }

    void Send() => _signals.OnNext(ChannelSignal.From(new Notification("a", "", 0)));
}
