using Rx.PgNotify;
using Rx.PgNotify.Tables;

namespace SavedMessages;

/// <summary>Prints what was saved since the last time, and then what is being saved.</summary>
static class MessagesReader
{
    // After a restart of the server the pool's connections are dead, and the first load fails on one of them.
    static readonly TimeSpan s_retryDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>Reads until it is to quit; throws what the listener fails with, or that the cursor is refused.</summary>
    internal static async Task ReadAsync(PgListener listener, MessagesTable messages, CursorFile cursor, CancellationToken quit)
    {
        var ended = new TaskCompletionSource();
        await using var quitting = quit.Register(() => ended.TrySetResult());
        using var reading = listener.Channel(MessagesTable.Channel)
            .CatchUp(
                messages.LoadAsync,
                cursor.Read(),
                new() { QueryFailed = error => Console.Error.WriteLine(Printable(error.Message)), RetryDelay = s_retryDelay })
            .Subscribe(batch => Print(batch, cursor), error => ended.TrySetException(error));
        await ended.Task;
    }

    // A crash between the two prints the batch once more. Whoever writes to a database stores both in one transaction.
    static void Print(CatchUpBatch<Change> batch, CursorFile cursor)
    {
        foreach (var change in batch.Rows.OrderBy(change => change.Id))
            Console.WriteLine($"{change.Id} {Printable(change.Text)}");
        cursor.Write(batch.Cursor);
    }

    // A message could otherwise send commands to the terminal.
    static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
