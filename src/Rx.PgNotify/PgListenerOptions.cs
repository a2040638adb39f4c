namespace Rx.PgNotify;

/// <summary>
/// How a <see cref="PgListener"/> behaves. Its constructor validates and copies the options: a change made afterwards
/// has no effect.
/// </summary>
public sealed class PgListenerOptions : ListenerOptions
{
    /// <summary>
    /// The silence after which the server is asked for a sign of life, and the time it has to give one.
    /// Default 10 seconds; 1 second to 1 hour.
    /// </summary>
    /// <remarks>
    /// A command other than the question itself has two heartbeats to be answered. Real time, whatever
    /// <see cref="ListenerOptions.Scheduler"/> says.
    /// </remarks>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        OptionChecks.Within(this, Heartbeat, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(Heartbeat));
    }

    internal PgListenerOptions ValidatedCopy()
    {
        Validate();
        return (PgListenerOptions)MemberwiseClone();
    }
}
