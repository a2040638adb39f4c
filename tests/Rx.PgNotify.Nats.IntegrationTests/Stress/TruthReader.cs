namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>
/// What an application shows: it reads the truth at each Resync, and nowhere else, and believes what it is notified of after that.
/// </summary>
sealed class TruthReader(CommitLog log, Ledger ledger) : IObserver<ChannelSignal>
{
    readonly Lock _gate = new();
    long _shown;
    bool _isReading;
    bool _mustRead;

    public CommitLog Log => log;

    /// <summary>The last number that it knows of.</summary>
    public long Shown
    {
        get
        {
            lock (_gate)
                return _shown;
        }
    }

    public void OnNext(ChannelSignal value)
    {
        lock (_gate)
        {
            if (!value.IsResync)
            {
                _shown = Math.Max(_shown, StressObserver.Number(value.Notification.Payload));
                return;
            }

            _mustRead = true;
            if (_isReading)
                return;
            _isReading = true;
        }

        _ = ReadAsync();
    }

    public void OnError(Exception error)
    {
    }

    public void OnCompleted()
    {
    }

    async Task ReadAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                _isReading = _mustRead;
                if (!_mustRead)
                    return;
                _mustRead = false;
            }

            var number = await ledger.ReadAsync(log.Channel);
            lock (_gate)
                _shown = Math.Max(_shown, number);
        }
    }
}
