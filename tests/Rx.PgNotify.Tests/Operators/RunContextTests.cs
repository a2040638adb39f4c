using System.Reactive;
using System.Reactive.Subjects;
using Rx.PgNotify.Tests.Binding;

namespace Rx.PgNotify.Tests.Operators;

/// <summary>Functions that are awaited, behind a source that calls in the context of a user interface.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase), WithoutContext]
public sealed class RunContextTests : IDisposable
{
    readonly SingleThreadContext _context = new();
    readonly Subject<string> _source = new();
    readonly Queue<TaskCompletionSource> _runs = new();
    readonly List<string> _log = [];

    public void Dispose()
    {
        _source.Dispose();
        _context.Dispose();
    }

    [Test]
    public void EachRun_IsStartedInTheContext_AndItsResultComesThere([Values] bool conflated)
    {
        using var subscription = Apply(conflated).Subscribe(_ => Log("result"), error => Log(error.Message));
        Send(_context, "a", "b");
        EndRunOnAnotherThread();
        Assert.That(_log, Is.EqualTo(new[] { "a in it" }), "what follows waits for the context");

        _context.Run();

        Assert.That(_log, Is.EqualTo(new[] { "a in it", "result in it", "b in it" }));
        EndRunOnAnotherThread();
        _context.Run();
        Assert.That(_log[^1], Is.EqualTo("result in it"));
    }

    [Test]
    public void WhatFollowsARun_FindsTheSendersExecutionContext([Values] bool conflated, [Values] bool inContext)
    {
        var request = new AsyncLocal<string>();
        using var subscription = Apply(conflated, () => _log.Add($"run {request.Value}")).Subscribe(_ => _log.Add($"result {request.Value}"));
        var nobody = ExecutionContext.Capture()!;
        request.Value = "7";
        Send(inContext ? _context : null, "a", "b");

        ExecutionContext.Run(nobody, _ => EndRunOnAnotherThread(), null);
        ExecutionContext.Run(nobody, _ => _context.Run(), null);

        Assert.That(_log.Where(line => line.EndsWith('7') || line.EndsWith(' ')), Is.EqualTo(new[] { "run 7", "result 7", "run 7" }));
    }

    [Test]
    public void WithoutAContext_AllGoesOnWhereARunEnds([Values] bool conflated)
    {
        using var subscription = Apply(conflated).Subscribe(_ => Log("result"), error => Log(error.Message));
        Send(context: null, "a", "b");

        EndRunOnAnotherThread();

        Assert.That(_log, Is.EqualTo(new[] { "a", "result", "b" }));
    }

    [Test]
    public void AContextThatRefusesAPost_EndsTheSubscription([Values] bool conflated)
    {
        using var subscription = Apply(conflated).Subscribe(_ => Log("result"), error => Log(error.Message));
        Send(new ClosedContext(), "a", "b");

        EndRunOnAnotherThread();

        Assert.That(_log, Is.EqualTo(new[] { "a", "closed" }));
        Assert.That(_source.HasObservers, Is.False);
    }

    IObservable<Unit> Apply(bool conflated, Action? starting = null)
    {
        return conflated ? _source.SelectConflated(StartAsync) : _source.SelectAwait(StartAsync);

        Task StartAsync(string value, CancellationToken cancellationToken)
        {
            starting?.Invoke();
            return RunAsync(value);
        }
    }

    Task RunAsync(string value)
    {
        Log(value);
        var run = new TaskCompletionSource();
        _runs.Enqueue(run);
        return run.Task;
    }

    void Log(string what) => _log.Add(SynchronizationContext.Current == _context ? $"{what} in it" : what);

    void Send(SynchronizationContext? context, params string[] values)
    {
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            Array.ForEach(values, _source.OnNext);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    void EndRunOnAnotherThread()
    {
        var ending = new Thread(_runs.Dequeue().SetResult);
        ending.Start();
        ending.Join();
    }

    sealed class ClosedContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => throw new InvalidOperationException("closed");
    }
}
