using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Rx.PgNotify.Tool.CommandLine;

/// <summary>Turns Ctrl-C and SIGTERM into a cancellation. Another one, a second or more later, ends the process at once.</summary>
/// <remarks>
/// System.CommandLine would do the same, but only once a command has begun: a signal in its first moments would kill
/// the process with a server half started.
/// </remarks>
sealed class TerminationSignals : IDisposable
{
    // timeout(1) and some shells signal the process and then its group: that is one wish, not two.
    static readonly TimeSpan s_echo = TimeSpan.FromSeconds(1);

    readonly CancellationTokenSource _received = new();
    readonly PosixSignalRegistration[] _registrations;
    long _first;

    internal TerminationSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
    ];

    internal CancellationToken Received => _received.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    void OnSignal(PosixSignalContext signal)
    {
        var first = Interlocked.CompareExchange(ref _first, Stopwatch.GetTimestamp(), 0);
        signal.Cancel = first == 0 || Stopwatch.GetElapsedTime(first) < s_echo;
        _ = _received.CancelAsync();
    }
}
