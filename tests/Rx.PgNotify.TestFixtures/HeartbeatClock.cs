namespace Rx.PgNotify.TestFixtures;

/// <summary>
/// Counts time in heartbeats of a listener whose line is healthy. A busy machine holds them up as it does what they are compared
/// with, so that a number of them is an upper bound and yet does not measure the machine.
/// </summary>
sealed class HeartbeatClock : IAsyncDisposable
{
    // To look at the server, and to listen.
    const int RoundTripsOfSetUp = 2;

    readonly WireTap _tap = WireTap.Start(TestServer.ConnectionString, keepStatements: false);
    readonly PgListener _listener;

    HeartbeatClock(TimeSpan heartbeat) =>
        _listener = new PgListener(_tap.ConnectionString, new PgListenerOptions { Heartbeat = heartbeat });

    /// <summary>How many there have been.</summary>
    public int Beats => _tap.RoundTrips - (RoundTripsOfSetUp * _tap.Connections);

    public static async Task<HeartbeatClock> StartAsync(TimeSpan heartbeat)
    {
        var clock = new HeartbeatClock(heartbeat);
        await clock._listener.Channel(UniqueChannel.Name()).SubscribeAsync(_ => { }).WaitAsync(Eventually.Deadline);
        return clock;
    }

    /// <summary>
    /// The most beats in which something is done that takes so many heartbeats: twice as many, as a silence that is looked at late
    /// is underrated on purpose, and one that had begun.
    /// </summary>
    public static int MostBeatsIn(int heartbeats) => (2 * heartbeats) + 1;

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _tap.DisposeAsync();
    }
}
