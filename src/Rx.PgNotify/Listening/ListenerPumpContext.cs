using Microsoft.Extensions.Logging;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Listening;

/// <summary>What the connection of a listener is given by its pump.</summary>
/// <param name="Desired">What is wanted, and where to report what is listened to.</param>
/// <param name="Signal">Requests to look at that, for whoever serves a connection.</param>
/// <param name="WhileWanted">Waits while anything is wanted, for whoever opens one.</param>
/// <param name="Options">The listener's.</param>
/// <param name="Logger">The listener's.</param>
/// <param name="Metrics">The listener's.</param>
/// <param name="Stop">Cancelled when the listener is disposed.</param>
sealed record ListenerPumpContext(
    DesiredChannels Desired,
    PumpSignal Signal,
    WhileWanted WhileWanted,
    ListenerOptions Options,
    ILogger Logger,
    ListenerMetrics Metrics,
    CancellationToken Stop);
