namespace Rx.PgNotify.Listening;

/// <summary>Handles notifications that a session has read, in order. They are valid during the call, which must neither block nor throw.</summary>
delegate void NotificationHandler(ReadOnlySpan<Notification> notifications);
