using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rx.PgNotify;
using Rx.PgNotify.EntityFrameworkCore;

namespace LiveBoard;

/// <summary>The cards as they are: one query for all browsers, run again when the table has changed, whoever has changed it.</summary>
sealed partial class Board : IDisposable
{
    readonly IConnectableObservable<IReadOnlyList<Card>> _cards;
    readonly IDisposable _connection;
    readonly CancellationToken _stopping;

    public Board(IDbContextFactory<BoardContext> contexts, PgListener listener, IHostApplicationLifetime host, ILogger<Board> logger)
    {
        _stopping = host.ApplicationStopping;
        _cards = contexts
            .LiveQuery(
                listener,
                db => db.Cards.OrderBy(card => card.IsDone).ThenByDescending(card => card.Id).Take(100),
                new() { QueryFailed = error => QueryFailed(logger, error) })
            .Replay(1);
        // A mistake of the program, such as a table without notifications, ends the query: each browser sees that, and this log.
        _cards.Subscribe(_ => { }, error => QueryEnded(logger, error));
        _connection = _cards.Connect();
    }

    /// <summary>For one browser: the cards at once, and then always the latest, however slowly it reads.</summary>
    public async IAsyncEnumerable<IReadOnlyList<Card>> FollowAsync([EnumeratorCancellation] CancellationToken aborted)
    {
        var latest = Channel.CreateBounded<IReadOnlyList<Card>>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        // A host that stops waits for its requests. The listener completes then, and with it the query, but for one that hangs or fails.
        // The browser comes back by itself.
        using var end = _stopping.Register(() => latest.Writer.TryComplete());
        using var subscription = _cards.Subscribe(
            cards => latest.Writer.TryWrite(cards), error => latest.Writer.TryComplete(error), () => latest.Writer.TryComplete());
        await foreach (var cards in latest.Reader.ReadAllAsync(aborted))
            yield return cards;
    }

    public void Dispose() => _connection.Dispose();

    [LoggerMessage(1, LogLevel.Warning, "The cards could not be read, and will be read again")]
    static partial void QueryFailed(ILogger logger, Exception error);

    [LoggerMessage(2, LogLevel.Error, "The cards are not followed any more")]
    static partial void QueryEnded(ILogger logger, Exception error);
}
