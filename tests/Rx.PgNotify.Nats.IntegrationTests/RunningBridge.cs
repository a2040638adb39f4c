namespace Rx.PgNotify.Nats.IntegrationTests;

/// <summary>A bridge that runs until it is stopped or disposed, and the states it was seen in.</summary>
sealed class RunningBridge : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly IDisposable _watching;
    readonly Task _run;

    /// <param name="bridge">Not run yet.</param>
    /// <param name="application">The application name of its sessions.</param>
    public RunningBridge(PgNatsBridge bridge, string application)
    {
        Bridge = bridge;
        Application = application;
        _watching = bridge.State.Subscribe(States);
        _run = bridge.RunAsync(_stop.Token);
    }

    public PgNatsBridge Bridge { get; }

    public string Application { get; }

    /// <summary>Each state, but for those that were too brief.</summary>
    public Recorder<BridgeState> States { get; } = new();

    public Task UntilAsync<TState>()
        where TState : BridgeState => Eventually.BecomesAsync(
        () => Task.FromResult(Bridge.CurrentState), state => state is TState, expectation: $"the bridge is {typeof(TState).Name}");

    /// <summary>Waits until it was seen failing of this, also if it goes on trying meanwhile.</summary>
    public async Task<TCause> UntilFailedAsync<TCause>(Func<TCause, bool>? cause = null)
        where TCause : Exception
    {
        TCause? Find() => States.Items.OfType<BridgeState.Failing>().Select(state => state.Cause).OfType<TCause>().FirstOrDefault(cause ?? (_ => true));

        await Eventually.BecomesAsync(
            () => Task.FromResult(string.Join(", ", States.Items)), _ => Find() is not null, expectation: $"the bridge has failed of a {typeof(TCause).Name}");
        return Find()!;
    }

    /// <summary>Cancels it and waits for its end.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(Eventually.Deadline);
    }

    /// <summary>Waits until one is at work and all others stand by, whichever it is: on a busy machine the role may pass on by itself.</summary>
    public static Task UntilOneIsAtWorkAsync(params IReadOnlyCollection<RunningBridge> bridges) => Eventually.BecomesAsync(
        () => Task.FromResult(string.Join(", ", bridges.Select(bridge => bridge.Bridge.CurrentState.ToString()).Order(StringComparer.Ordinal))),
        states => states == string.Join(", ", Enumerable.Repeat(nameof(BridgeState.StandingBy), bridges.Count - 1).Prepend(nameof(BridgeState.AtWork))),
        expectation: "one bridge is at work, and all others stand by");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _watching.Dispose();
    }
}
