namespace Rx.PgNotify.TestFixtures;

/// <summary>The subscribers of one listener, who come and go.</summary>
/// <param name="channel">The listener's channel of a name.</param>
/// <param name="name">What their names begin with.</param>
/// <param name="channels">What was committed on each of the channels.</param>
/// <param name="findings">What they find.</param>
sealed class Subscribers(Func<string, PgChannel> channel, string name, IReadOnlyList<CommitLog> channels, Findings findings)
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
    /// <param name="random">Makes the choices.</param>
    /// <param name="most">How many there are at the most.</param>
    /// <param name="stop">Ends it.</param>
    /// <param name="longestPause">Between two of them, in milliseconds.</param>
    public async Task ChurnAsync(Random random, int most, CancellationToken stop, int longestPause = 40)
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

            await Task.Delay(random.Next(longestPause));
        }

        _isCalm = true;
    }

    async Task SubscribeAsync(Random random)
    {
        var log = channels[random.Next(channels.Count)];
        var temper = (Temper)Math.Max(0, random.Next(7) - 3);
        var observer = new StressObserver(log, $"{name}/{++_number}", temper, random.Next(), findings, () => _isCalm);
        var source = channel(log.Channel);
        findings.Count("subscriptions");
        switch (random.Next(10))
        {
            case 0: // has no Resyncs and so can't settle: it comes and goes within the churn
                observer.Subscribed(source.Subscribe(observer));
                await Task.Delay(random.Next(30));
                observer.Dispose();
                return;
            case < 3:
                using (var patience = new CancellationTokenSource(random.Next(200)))
                {
                    try
                    {
                        observer.Subscribed(await source.Signals.SubscribeAsync(observer, patience.Token));
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
                observer.Subscribed(source.Signals.Subscribe(observer));
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
