namespace Rx.PgNotify.Listening;

/// <summary>Takes what a session has read, in order; valid during the call. Must neither block nor throw.</summary>
delegate void NotificationsReceived(ReadOnlySpan<Notification> notifications);
