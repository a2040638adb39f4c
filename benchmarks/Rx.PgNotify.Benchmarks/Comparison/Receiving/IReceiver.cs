namespace Rx.PgNotify.Benchmarks.Comparison.Receiving;

/// <summary>A way to receive notifications in .NET.</summary>
interface IReceiver
{
    /// <summary>Connects and listens; completes when the server has acknowledged every channel.</summary>
    Task ListenAsync(IReadOnlyList<string> channels, int subscribers, Tally tally);

    /// <summary>After how many seconds of silence it asks for a sign of life, from the next connection on, if it does.</summary>
    void SetHeartbeat(int seconds)
    {
    }

    /// <summary>Gets ready to lose the connection.</summary>
    /// <returns>Completes, inside, when every channel is listened to again.</returns>
    Task<Task> ExpectLossAsync();

    Task CloseAsync();
}
