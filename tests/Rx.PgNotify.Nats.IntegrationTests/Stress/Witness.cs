using System.Diagnostics;
using NATS.Client.Core;

namespace Rx.PgNotify.Nats.IntegrationTests.Stress;

/// <summary>
/// Hears the bridge at work on a line that nobody breaks. It announces itself twice a heartbeat: whoever counts that measures time in
/// heartbeats, and sees whether the machine was too busy to keep them.
/// </summary>
sealed class Witness : IAsyncDisposable
{
    readonly TimeSpan _heartbeat;
    readonly NatsConnection _nats;
    readonly CancellationTokenSource _end = new();
    readonly Lock _gate = new();
    readonly Task _hearing;

    // Of the present spell. All announcements of an epoch are equal.
    byte[] _latest = [];
    long _latestAt = Stopwatch.GetTimestamp();
    int _heard;
    bool _isPrompt;
    bool _isOneEpoch;

    public Witness(Stage stage)
    {
        _heartbeat = stage.Heartbeat;
        _nats = stage.Connect(stage.Nats.Port);
        _hearing = HearAsync($"{stage.Prefix}.bridge");
    }

    /// <summary>How many announcements there were since the spell began.</summary>
    public int Heard => Read(() => _heard);

    /// <summary>Whether none of them came late.</summary>
    public bool IsPrompt => Read(() => _isPrompt);

    /// <summary>Whether none of them came late, and all were of one epoch.</summary>
    public bool IsCalm => Read(() => _isPrompt && _isOneEpoch);

    public void BeginSpell()
    {
        lock (_gate)
        {
            _heard = 0;
            _isPrompt = _isOneEpoch = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _hearing;
        await _nats.DisposeAsync();
        _end.Dispose();
    }

    async Task HearAsync(string subject)
    {
        try
        {
            await foreach (var message in _nats.SubscribeAsync<byte[]>(subject, cancellationToken: _end.Token))
                Hear(message.Data ?? []);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // Nobody asks any more.
        }
    }

    void Hear(byte[] announcement)
    {
        lock (_gate)
        {
            _isPrompt &= Stopwatch.GetElapsedTime(_latestAt) < _heartbeat;
            _isOneEpoch &= announcement.AsSpan().SequenceEqual(_latest);
            _latest = announcement;
            _latestAt = Stopwatch.GetTimestamp();
            _heard++;
        }
    }

    T Read<T>(Func<T> value)
    {
        lock (_gate)
            return value();
    }
}
