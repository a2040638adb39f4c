using NATS.Client.Core;
using Rx.PgNotify.Nats.Connections;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Receiving;

/// <summary>Asks the bridge at work and, when none answers, finds out which part of the way is missing.</summary>
/// <param name="nats">The connection.</param>
/// <param name="subjects">Where the bridge is asked.</param>
/// <param name="timeout">How long it has to answer.</param>
/// <param name="permissions">What this side was refused.</param>
/// <param name="replies">What the connection has subscribed to for answers.</param>
sealed class BridgeQuestions(INatsConnection nats, Subjects subjects, TimeSpan timeout, PermissionErrors permissions, string replies)
{
    // NATS.Net's own limit begins when it is connected.
    static readonly TimeSpan s_connecting = TimeSpan.FromSeconds(1);

    // Said for each question: a connection whose options choose NatsRequestReplyMode.Direct would get an empty answer instead.
    readonly NatsSubOpts _reply = new() { Timeout = timeout, ThrowIfNoResponders = true };

    internal TimeSpan Timeout => timeout;

    internal PermissionErrors Permissions => permissions;

    string NatsFailed => $"NATS at {nats.Address()} failed while the bridge was asked";

    string NoBridge => $"NATS at {nats.Address()} is there, and no bridge on {subjects.Asks}";

    /// <summary>Asks to hear channels.</summary>
    /// <exception cref="NatsListenerException">No bridge has answered, and why.</exception>
    internal async Task<Answer> AskAsync(IReadOnlyCollection<string> channels, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await RequestAsync(subjects.Asks, Ask.Encode(channels), cancellationToken).ConfigureAwait(false);
            return Answer.Decode(reply) is { } answer && answer.Channels.Count == channels.Count
                ? answer
                : throw new NatsListenerException(NatsListenerError.Unknown, $"What answered on {subjects.Asks} is no bridge of this version.");
        }
        catch (NatsNoRespondersException e)
        {
            throw await ExplainAsync(e, cancellationToken).ConfigureAwait(false);
        }
        catch (NatsNoReplyException e)
        {
            permissions.ThrowIfAny(subjects);
            await nats.AnswersWithinAsync(timeout, cancellationToken).ConfigureAwait(false);
            throw new NatsListenerException(
                NatsListenerError.NoBridge,
                $"The bridge with the prefix '{subjects.Prefix}' did not answer within {timeout}; NATS at {nats.Address()} does.",
                e);
        }
        catch (Exception e) when (e is not NatsListenerException && !cancellationToken.IsCancellationRequested)
        {
            throw NatsFault.Of(NatsFailed, e);
        }
    }

    async Task<NatsListenerException> ExplainAsync(Exception cause, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await RequestAsync(subjects.Status, StatusAnswer.Question, cancellationToken).ConfigureAwait(false);
            var which = $"There is a bridge with the prefix '{subjects.Prefix}'";
            return new NatsListenerException(
                NatsListenerError.NoBridgeAtWork,
                StatusAnswer.Decode(reply) switch
                {
                    null => $"{which}, and none is at work; it does not say why.",
                    // It says so as soon as it has the lock, and hears of questions a moment later.
                    nameof(BridgeState.AtWork) => $"{which} that has just begun to work, and does not answer yet.",
                    { } state => $"{which}, and none is at work; it says: {state}.",
                },
                cause);
        }
        catch (NatsNoRespondersException)
        {
            return new NatsListenerException(NatsListenerError.NoBridge, $"{NoBridge}: nobody listens there.", cause);
        }
        catch (Exception e) when (e is NatsNoReplyException or TimeoutException)
        {
            permissions.ThrowIfAny(subjects);
            await nats.AnswersWithinAsync(timeout, cancellationToken).ConfigureAwait(false);
            return new NatsListenerException(NatsListenerError.NoBridge, $"{NoBridge}: nobody answered within {timeout}.", e);
        }
        catch (Exception e) when (e is not NatsListenerException && !cancellationToken.IsCancellationRequested)
        {
            permissions.ThrowIfAny(subjects);
            return NatsFault.Of(NatsFailed, e);
        }
    }

    async Task<byte[]> RequestAsync(string subject, byte[] question, CancellationToken cancellationToken)
    {
        var wasRefused = permissions.Refuses(replies);
        try
        {
            var reply = await nats.RequestAsync(
                subject, question, requestSerializer: NatsRawSerializer<byte[]>.Default, replySerializer: NatsRawSerializer<byte[]>.Default,
                replyOpts: _reply, cancellationToken: cancellationToken).AsTask().WaitAsync(timeout + s_connecting, cancellationToken).ConfigureAwait(false);
            Answered(wasRefused);
            return reply.Data ?? [];
        }
        catch (NatsNoRespondersException)
        {
            Answered(wasRefused); // by the server itself
            throw;
        }
    }

    // The connection that refused it may have been replaced unnoticed. What is refused while the answer comes stays known.
    void Answered(bool wasRefused)
    {
        if (wasRefused)
            permissions.Forget(replies);
    }
}
