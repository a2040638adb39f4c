using NATS.Client.Core;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.Nats.Connections;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>Tells receivers that ask what state this bridge is in, be it at work or not.</summary>
sealed class StatusAnswers(INatsConnection nats, Subjects subjects, StateFeed<BridgeState> state)
{
    /// <summary>Answers until it is cancelled.</summary>
    /// <exception cref="NatsListenerException">NATS has failed.</exception>
    internal Task RunAsync(CancellationToken end) => NatsFault.WhileAsync(
        () => AnswerAsync(end), $"NATS at {nats.Address()} failed while the bridge waited for questions", end);

    async Task AnswerAsync(CancellationToken end)
    {
        var questions = await nats
            .SubscribeCoreAsync(subjects.Status, serializer: NatsRawSerializer<byte[]>.Default, cancellationToken: end).ConfigureAwait(false);
        await using (questions.ConfigureAwait(false))
        {
            await foreach (var question in questions.Msgs.ReadAllAsync(end).ConfigureAwait(false))
            {
                if (question.ReplyTo is { } replyTo)
                    await AnswerAsync(replyTo, end).ConfigureAwait(false);
            }
        }

        throw new NatsException("the subscription has ended");
    }

    async Task AnswerAsync(string replyTo, CancellationToken end)
    {
        try
        {
            await nats.PublishAsync(
                replyTo, StatusAnswer.Encode(state.Latest.ToString()), serializer: NatsRawSerializer<byte[]>.Default, cancellationToken: end)
                .ConfigureAwait(false);
        }
        catch (Exception) when (!end.IsCancellationRequested)
        {
            // Whoever gets no answer asks again, and it is the ping that finds out whether NATS is lost.
        }
    }
}
