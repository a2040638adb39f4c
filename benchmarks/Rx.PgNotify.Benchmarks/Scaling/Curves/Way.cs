using System.Diagnostics;
using Rx.PgNotify.Benchmarks.Scaling.Processes;

namespace Rx.PgNotify.Benchmarks.Scaling.Curves;

/// <summary>
/// One of the ways from senders to receivers, with a database of its own: a commit wakes no backend that listens in another one, so the
/// other way costs nothing while this one has its turn.
/// </summary>
sealed class Way : IAsyncDisposable
{
    const int Senders = 8;

    static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    // After so long without any progress, what is missing never comes.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    readonly string _name;
    readonly Func<RoleKind, RoleProcess> _start;
    readonly List<RoleProcess> _receiving = [];
    int _joined;

    /// <param name="name">As <see cref="ReceivingRole"/> calls it.</param>
    /// <param name="start">Starts a process for this way.</param>
    /// <param name="receivingProcesses">Over how many of them receivers are spread.</param>
    public Way(string name, Func<RoleKind, RoleProcess> start, int receivingProcesses)
    {
        _name = name;
        _start = start;
        Notifying = start(RoleKind.Notifying);
        for (var i = 0; i < receivingProcesses; i++)
            _receiving.Add(start(RoleKind.Receiving));
    }

    public RoleProcess Notifying { get; }

    /// <summary>The process of the first receiver.</summary>
    public RoleProcess Receiving => _receiving[0];

    /// <summary>While receivers have joined, if this way has one.</summary>
    public RoleProcess? Bridge { get; private set; }

    /// <summary>Lets receivers join, with a new bridge, which knows no channels of before.</summary>
    public async Task JoinAsync(Load load)
    {
        if (_name == "bridged")
        {
            Bridge = _start(RoleKind.Bridge);
            await Bridge.DoAsync($"begin");
        }

        _joined = Math.Min(load.Receivers, _receiving.Count);
        await Task.WhenAll(_receiving.Take(_joined).Select((process, i) =>
            process.DoAsync($"join {_name} {(load.Receivers + i) / _joined} {load.Channels} {load.Subscribers}")));
    }

    public async Task LeaveAsync()
    {
        await Task.WhenAll(_receiving.Take(_joined).Select(process => process.DoAsync($"leave")));
        _joined = 0;
        if (Bridge is not null)
            await Bridge.DisposeAsync();
        Bridge = null;
    }

    /// <summary>Lets receivers join, and senders send for so long, until all has arrived.</summary>
    public async Task<Throughput> MeasureAsync(Load load, TimeSpan duration)
    {
        await JoinAsync(load);
        var (before, _) = await SendAsync(load, s_warmUp);
        var (count, taken) = await SendAsync(load, duration);
        var (lag, received, dropped) = await UntilArrivedAsync((before + count) * load.Receivers * load.Subscribers);
        await LeaveAsync();
        return new Throughput(count / taken.TotalSeconds, lag, received, dropped);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _receiving)
            await process.DisposeAsync();
        if (Bridge is not null)
            await Bridge.DisposeAsync();
        await Notifying.DisposeAsync();
    }

    async Task<(long Count, TimeSpan Taken)> SendAsync(Load load, TimeSpan duration) =>
        await Notifying.DoAsync($"send {Senders} {(int)duration.TotalMilliseconds} {load.Channels} {load.Bytes}") is [var count, var nanoseconds]
            ? (count, TimeSpan.FromMicroseconds(nanoseconds / 1e3))
            : throw new InvalidOperationException("The senders have not counted.");

    async Task<(TimeSpan Lag, long Received, long Dropped)> UntilArrivedAsync(long expected)
    {
        var since = Stopwatch.GetTimestamp();
        var (received, dropped, progressAt) = (0L, 0L, since);
        while (Stopwatch.GetElapsedTime(progressAt) < s_patience)
        {
            var counts = await Task.WhenAll(_receiving.Take(_joined).Select(process => process.DoAsync($"count")));
            var known = received + dropped;
            (received, dropped) = (counts.Sum(count => count[0]), counts.Sum(count => count[1]));
            if (received + dropped >= expected)
                return (Stopwatch.GetElapsedTime(since), received, dropped);
            if (received + dropped > known)
                progressAt = Stopwatch.GetTimestamp();
            await Task.Delay(s_poll);
        }

        return (Stopwatch.GetElapsedTime(since, progressAt), received, expected - received);
    }
}
