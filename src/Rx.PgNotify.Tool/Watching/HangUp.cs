using System.Runtime.InteropServices;

namespace Rx.PgNotify.Tool.Watching;

/// <summary>Turns the end of the terminal (SIGHUP) into a cancellation, as Ctrl-C is: something has to be removed at the end.</summary>
/// <remarks>Where the signal is ignored, as under nohup, it stays so.</remarks>
sealed class HangUp : IDisposable
{
    readonly CancellationTokenSource _received;
    readonly PosixSignalRegistration _registration;

    /// <param name="cancellation">What else ends the command.</param>
    internal HangUp(CancellationToken cancellation)
    {
        _received = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            _ = _received.CancelAsync();
        });
    }

    /// <summary>Cancelled by either.</summary>
    internal CancellationToken Received => _received.Token;

    public void Dispose()
    {
        _registration.Dispose();
        _received.Dispose();
    }
}
