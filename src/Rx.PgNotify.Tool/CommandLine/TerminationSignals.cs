using System.Runtime.InteropServices;

namespace Rx.PgNotify.Tool.CommandLine;

/// <summary>Turns Ctrl-C and SIGTERM into a cancellation. A second one ends the process at once.</summary>
/// <remarks>
/// System.CommandLine would do the same, but only once a command has begun: a signal in its first moments would kill
/// the process with a server half started.
/// </remarks>
sealed class TerminationSignals : IDisposable
{
    readonly CancellationTokenSource _received = new();
    readonly PosixSignalRegistration[] _registrations;

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
        signal.Cancel = !_received.IsCancellationRequested;
        _ = _received.CancelAsync();
    }
}
