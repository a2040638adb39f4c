namespace Rx.PgNotify;

/// <summary>One notification, as PostgreSQL sent it.</summary>
/// <remarks>
/// <para>
/// <c>System.Reactive</c> also has a (static) class of this name. A file that uses both namespaces says which one it
/// means with <c>using Notification = Rx.PgNotify.Notification;</c>.
/// </para>
/// <para>Follows the message <c>NotificationResponse</c> of the PostgreSQL manual, "Message Formats".</para>
/// </remarks>
public readonly record struct Notification
{
    /// <summary>Creates one, for instance to test a pipeline without a server.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="payload">The text sent with it; empty for none.</param>
    /// <param name="processId">The process id of the sending backend.</param>
    public Notification(string channel, string payload, int processId)
    {
        Channel = channel;
        Payload = payload;
        ProcessId = processId;
    }

    /// <summary>The channel it was sent on, exactly as given to <c>NOTIFY</c>; at most 63 bytes of UTF-8.</summary>
    public string Channel { get; }

    /// <summary>
    /// The text sent with it; empty, never <see langword="null"/>, when there was none; under 8,000 bytes in the server's
    /// encoding. Any role may send on any channel: treat it as untrusted input.
    /// </summary>
    public string Payload { get; }

    /// <summary>
    /// The process id of the sending backend. Behind a connection pooler, or with a pooled sender, it identifies nobody.
    /// </summary>
    public int ProcessId { get; }
}
