namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>The listener was disposed before it listened to what a run has read: the sequence completes. Nobody sees it.</summary>
sealed class ListenerEndedException() : Exception("The listener was disposed.");
