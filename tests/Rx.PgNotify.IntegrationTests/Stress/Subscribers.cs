namespace Rx.PgNotify.IntegrationTests.Stress;

/// <summary>The subscribers of one listener, who come and go.</summary>
sealed class Subscribers(PgListener listener, string name, IReadOnlyList<CommitLog> channels, Findings findings)
{
    readonly Lock _gate = new();
    readonly List<StressObserver> _subscribers = [];
    int _number;
    volatile bool _isCalm;

    /// <summary>
    /// Those that want something still. Whoever has gone is forgotten: should it be called once more, it complains by
    /// itself.
    /// </summary>
    public List<StressObserver> Living()
    {
        lock (_gate)
        {
            _subscribers.RemoveAll(subscriber => subscriber.IsGone);
            return [.. _subscribers];
        }
    }

    /// <summary>Subscribes and disposes until it is told to stop.</summary>
    public async Task ChurnAsync(Random random, int most, CancellationToken stop)
    {
        _isCalm = false;
        while (!stop.IsCancellationRequested)
        {
            for (var i = random.Next(10) == 0 ? random.Next(10) : 1; i > 0; i--)
            {
                if (Living().Count < most && random.Next(5) > 1)
                    await SubscribeAsync(random);
                else
                    DisposeOne(random);
            }

            await Task.Delay(random.Next(40));
        }

        _isCalm = true;
    }

    async Task SubscribeAsync(Random random)
    {
        var log = channels[random.Next(channels.Count)];
        var temper = (Temper)Math.Max(0, random.Next(7) - 3);
        var observer = new StressObserver(log, $"{name}/{++_number}", temper, random.Next(), findings, () => _isCalm);
        var channel = listener.Channel(log.Channel);
        findings.Count("subscriptions");
        switch (random.Next(10))
        {
            case 0: // has no Resyncs and so can't settle: it comes and goes within the churn
                observer.Subscribed(channel.Subscribe(observer));
                await Task.Delay(random.Next(30));
                observer.Dispose();
                return;
            case < 3:
                using (var patience = new CancellationTokenSource(random.Next(200)))
                {
                    try
                    {
                        observer.Subscribed(await channel.Signals.SubscribeAsync(observer, patience.Token));
                    }
                    catch (OperationCanceledException)
                    {
                        observer.Dispose();
                        findings.Count("subscriptions cancelled");
                        return;
                    }
                }

                break;
            default:
                observer.Subscribed(channel.Signals.Subscribe(observer));
                break;
        }

        lock (_gate)
            _subscribers.Add(observer);
    }

    void DisposeOne(Random random)
    {
        if (Living() is { Count: > 0 } living)
            living[random.Next(living.Count)].Dispose();
    }
}
