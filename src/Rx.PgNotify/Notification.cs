namespace Rx.PgNotify;

/// <summary>One notification, as PostgreSQL sent it.</summary>
/// <remarks>
/// <para>
/// <c>System.Reactive</c> also has a (static) class of this name. A file that uses both namespaces says which one it
/// means with <c>using Notification = Rx.PgNotify.Notification;</c>.
/// </para>
/// <para>Follows the message <c>NotificationResponse</c> of the PostgreSQL manual, "Message Formats".</para>
/// </remarks>
/// <param name="Channel">The channel it was sent on, exactly as given to <c>NOTIFY</c>; at most 63 bytes of UTF-8.</param>
/// <param name="Payload">
/// The text sent with it; empty, never <see langword="null"/>, when there was none; under 8,000 bytes in the server's
/// encoding. Any role may send on any channel: treat it as untrusted input.
/// </param>
/// <param name="ProcessId">
/// The process id of the sending backend. Behind a connection pooler, or with a pooled sender, it identifies nobody.
/// </param>
public readonly record struct Notification(string Channel, string Payload, int ProcessId);
