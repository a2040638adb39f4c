namespace Rx.PgNotify.TestFixtures;

/// <summary>What was committed on one channel: the numbers from 1 to <see cref="Committed"/>, in this order.</summary>
/// <remarks>
/// One numbering for a channel, and a lock around number + NOTIFY + commit: C3 promises the commit order, also between
/// senders. With a numbering for each sender and no lock the commit order would be unknown, and two senders'
/// notifications that change places would go unnoticed.
/// </remarks>
sealed class CommitLog(string channel)
{
    readonly SemaphoreSlim _sending = new(1, 1);
    long _started;
    long _committed;

    public string Channel { get; } = channel;

    /// <summary>The last number whose commit may have begun: each higher one is committed after this moment.</summary>
    public long Started => Volatile.Read(ref _started);

    /// <summary>The last number whose commit the server has acknowledged.</summary>
    public long Committed => Volatile.Read(ref _committed);

    public Task BeginAsync() => _sending.WaitAsync();

    /// <summary>Takes the next numbers. Between <see cref="BeginAsync"/> and <see cref="End"/>.</summary>
    public NumberRun Take(int count)
    {
        var from = _started + 1;
        Volatile.Write(ref _started, _started + count);
        return new NumberRun(Channel, from, _started);
    }

    /// <summary>What was taken is committed.</summary>
    public void End()
    {
        Volatile.Write(ref _committed, _started);
        _sending.Release();
    }
}
