using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats;

/// <summary>
/// How a <see cref="NatsListener"/> behaves. Its constructor validates and copies the options: a change made afterwards has no effect.
/// </summary>
/// <remarks>
/// Everything a <see cref="PgListener"/> has, but the heartbeat: that is the bridge's, which reports it to its receivers. A lost
/// connection is the one to the bridge here, whichever part of the way is missing.
/// </remarks>
public sealed class NatsListenerOptions : ListenerOptions
{
    /// <summary>The defaults. The longest delay between two attempts to reach a bridge is 5 seconds: to ask for one costs little.</summary>
    public NatsListenerOptions() => MaxReconnectDelay = TimeSpan.FromSeconds(5);

    /// <summary>
    /// What the subjects begin with, as <see cref="PgNatsBridgeOptions.SubjectPrefix"/> of the bridge. Default <c>pgnotify</c>; 1 to 100
    /// characters: letters, digits, hyphens and underscores, with single dots between them.
    /// </summary>
    public string SubjectPrefix { get; set; } = "pgnotify";

    /// <summary>
    /// How long a bridge has to answer a question: to begin to listen to a channel takes it a round trip to PostgreSQL.
    /// Default 5 seconds; 100 ms to 1 hour.
    /// </summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Subjects.CheckPrefix(this, SubjectPrefix);
        OptionChecks.Within(this, AnswerTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), nameof(AnswerTimeout));
    }

    internal NatsListenerOptions ValidatedCopy()
    {
        Validate();
        return (NatsListenerOptions)MemberwiseClone();
    }
}
