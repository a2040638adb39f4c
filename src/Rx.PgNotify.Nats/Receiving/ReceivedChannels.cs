using NATS.Client.Core;
using Rx.PgNotify.Listening;
using Rx.PgNotify.Nats.Connections;
using Rx.PgNotify.Nats.Diagnostics;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Receiving;

/// <summary>The channels that a session hears: joins those that are wanted, leaves those that are not, and refuses what can't be heard.</summary>
/// <remarks>Used by the pump alone, one call at a time.</remarks>
sealed class ReceivedChannels(
    INatsConnection nats,
    Subjects subjects,
    BridgeQuestions questions,
    ListenerPumpContext pump,
    ReceivingSession session,
    CancellationToken cancellation)
{
    readonly Dictionary<ListenedChannel, (SignalStream Stream, RawSubscription Subscription)> _streams = [];

    /// <summary>How long the one was silent from which nothing has come for longest.</summary>
    internal TimeSpan LongestSilence => _streams.Values.Select(channel => channel.Stream.Silence).DefaultIfEmpty().Max();

    /// <summary>Joins and leaves what has to be, until that is what is wanted.</summary>
    /// <param name="check">Is called in between: there may always be something to join.</param>
    /// <exception cref="NatsListenerException">NATS or the bridge does not do its part.</exception>
    internal async Task ReconcileAsync(Func<Task> check)
    {
        while (pump.Desired.TakeChanges() is { Count: > 0 } changes)
        {
            await Task.WhenAll(changes.Unlisten.Select(LeaveAsync)).ConfigureAwait(false);
            pump.Desired.Unlistened(changes.Unlisten);
            foreach (var chunk in Permitted(changes.Listen).Chunk(Ask.MostChannels))
            {
                await JoinAsync(chunk).ConfigureAwait(false);
                await check().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Refuses those that NATS has denied since they were joined: it says so some time after the subscription.</summary>
    internal async Task RefuseDeniedAsync()
    {
        foreach (var channel in _streams.Keys.Where(IsDenied).ToList())
            await RefuseDeniedAsync(channel).ConfigureAwait(false);
    }

    /// <summary>Asks for all of them once more, as the bridge forgets channels that nobody asks for.</summary>
    /// <inheritdoc cref="ReconcileAsync"/>
    internal async Task AskAgainAsync()
    {
        foreach (var chunk in _streams.Keys.ToList().Chunk(Ask.MostChannels))
        {
            var answers = await session.AskAsync(chunk).ConfigureAwait(false);
            foreach (var (channel, answer) in chunk.Zip(answers))
            {
                if (answer.Refusal is { } refusal)
                    await RefuseAsync(channel, refusal).ConfigureAwait(false);
                else
                    _streams[channel].Stream.Verify(answer);
            }
        }
    }

    /// <summary>From the call on nothing more is handed on. Completes when NATS knows, or can't be reached.</summary>
    internal async Task EndAsync()
    {
        foreach (var (stream, _) in _streams.Values)
            stream.End();
        var ending = _streams.Values.Select(channel => channel.Subscription.EndAsync()).ToList();
        _streams.Clear();
        await Task.WhenAll(ending).ConfigureAwait(false);
    }

    string SubjectOf(ListenedChannel channel) => subjects.Channel(channel.Hub.Name);

    bool IsDenied(ListenedChannel channel) => questions.Permissions.Refuses(SubjectOf(channel));

    List<ListenedChannel> Permitted(List<ListenedChannel> channels)
    {
        var denied = channels.Where(IsDenied).ToList();
        foreach (var channel in denied)
            RefuseDenied(channel);
        return denied.Count == 0 ? channels : [.. channels.Except(denied)];
    }

    // The subscriptions go to the server before the question, on the same connection: whatever the bridge sends after its answer comes here.
    async Task JoinAsync(ListenedChannel[] channels)
    {
        foreach (var channel in channels)
        {
            var stream = new SignalStream(channel.Hub, session);
            _streams.Add(channel, (stream, await RawSubscription
                .SubscribeAsync(nats, SubjectOf(channel), stream.Receive, questions.Timeout, cancellation).ConfigureAwait(false)));
        }

        var answers = await session.AskAsync(channels).ConfigureAwait(false);
        List<ListenedChannel> listening = [];
        foreach (var (channel, answer) in channels.Zip(answers))
        {
            if (answer.Refusal is { } refusal)
            {
                await RefuseAsync(channel, refusal).ConfigureAwait(false);
            }
            else if (IsDenied(channel))
            {
                await RefuseDeniedAsync(channel).ConfigureAwait(false);
            }
            else
            {
                _streams[channel].Stream.Open(answer);
                listening.Add(channel);
            }
        }

        pump.Desired.Listening(listening);
    }

    async Task LeaveAsync(ListenedChannel channel)
    {
        if (!_streams.Remove(channel, out var left))
            return;
        left.Stream.End();
        await left.Subscription.EndAsync().ConfigureAwait(false);
    }

    async Task RefuseAsync(ListenedChannel channel, string reason)
    {
        await LeaveAsync(channel).ConfigureAwait(false);
        NatsLog.RefusedByBridge(pump.Logger, channel.Hub.Name, reason);
        Refuse(channel, reason);
    }

    async Task RefuseDeniedAsync(ListenedChannel channel)
    {
        await LeaveAsync(channel).ConfigureAwait(false);
        RefuseDenied(channel);
    }

    // Whoever subscribes from now on tries it anew.
    void RefuseDenied(ListenedChannel channel)
    {
        var subject = SubjectOf(channel);
        questions.Permissions.Forget(subject);
        NatsLog.DeniedByNats(pump.Logger, subject, channel.Hub.Name);
        Refuse(channel, $"NATS does not permit this user the subject {subject}.");
    }

    void Refuse(ListenedChannel channel, string reason) => pump.Desired.Refused(channel, () => new PgListenerException(
        PgListenerError.ChannelRefused, $"The channel '{channel.Hub.Name}' can't be heard: {reason}"));
}
