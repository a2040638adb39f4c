using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Rx.PgNotify.Tool.Watching.Web;

/// <summary>
/// The latest changes and remarks, made into JSON once and numbered, for any number of browsers, and how things stand. A browser
/// that is slow misses the oldest, which it sees from the numbers, and holds up nobody.
/// </summary>
/// <remarks>Thread-safe, but one call of <see cref="Add"/> at a time.</remarks>
sealed class ChangeLog(WatchedTable table, TimeProvider clock)
{
    const int MostKept = 500;

    readonly PageEvents _page = new(table, clock);

    // Guards what follows. A numbered event is in _kept, and in the queue of each browser that was there, before the next one has a number.
    readonly Lock _gate = new();
    readonly Queue<SseItem<string>> _kept = [];
    readonly List<Channel<SseItem<string>>> _browsers = [];
    SseItem<string>? _status;
    long _number;
    bool _isComplete;

    internal void Add(WatchEvent item)
    {
        var json = _page.Write(item);
        lock (_gate)
        {
            var added = PageEvents.IsStatus(item) ? Status_NeedsLock(json) : Numbered_NeedsLock(json);
            foreach (var browser in _browsers)
                browser.Writer.TryWrite(added);
        }
    }

    /// <summary>How things stand, what is kept and comes after a number, and what follows.</summary>
    internal async IAsyncEnumerable<SseItem<string>> ReadAsync(long after, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var queue = Channel.CreateBounded<SseItem<string>>(new BoundedChannelOptions(MostKept) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        List<SseItem<string>> former = [];
        lock (_gate)
        {
            if (_status is { } status)
                former.Add(status);
            // A number that was not given yet is one of another run on the same port.
            former.AddRange(_kept.Where(item => after > _number || long.Parse(item.EventId!, CultureInfo.InvariantCulture) > after));
            _browsers.Add(queue);
            if (_isComplete)
                queue.Writer.TryComplete();
        }

        try
        {
            foreach (var item in former)
                yield return item;
            await foreach (var item in queue.Reader.ReadAllAsync(cancellation))
                yield return item;
        }
        finally
        {
            lock (_gate)
                _browsers.Remove(queue);
        }
    }

    /// <summary>Ends the events of all browsers.</summary>
    internal void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            foreach (var browser in _browsers)
                browser.Writer.TryComplete();
        }
    }

    SseItem<string> Status_NeedsLock(string json)
    {
        var item = new SseItem<string>(json) { ReconnectionInterval = TimeSpan.FromSeconds(1) };
        _status = item;
        return item;
    }

    SseItem<string> Numbered_NeedsLock(string json)
    {
        _number++;
        var item = new SseItem<string>(json) { EventId = _number.ToString(CultureInfo.InvariantCulture), ReconnectionInterval = TimeSpan.FromSeconds(1) };
        _kept.Enqueue(item);
        if (_kept.Count > MostKept)
            _kept.Dequeue();
        return item;
    }
}
