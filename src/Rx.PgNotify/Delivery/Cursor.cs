namespace Rx.PgNotify.Delivery;

/// <summary>One reader's place in a <see cref="ChannelBuffer"/>: where it reads on, and the Resync that it gets before that.</summary>
/// <remarks>
/// Belongs to the buffer once it has been added there, and is guarded by the same lock: the one of the <see cref="ChannelHub"/>.
/// </remarks>
sealed class Cursor
{
    ResyncReasons _reasons;
    long _dropped;

    internal Cursor() => Node = new LinkedListNode<Cursor>(this);

    /// <summary>Its place among the cursors of the buffer; in no list before it is added and after it is removed.</summary>
    internal LinkedListNode<Cursor> Node { get; }

    /// <summary>Whether it stands in a buffer. If not, its position means nothing.</summary>
    internal bool IsPlaced => Node.List is not null;

    /// <summary>The sequence number of the next signal to read.</summary>
    internal long Position { get; private set; }

    /// <summary>Begins to read at a position, with a Resync before what stands there.</summary>
    internal void Begin(long position)
    {
        Position = position;
        _reasons = ResyncReasons.Subscribed;
        _dropped = 0;
    }

    /// <summary>What stood before <paramref name="position"/> has been read.</summary>
    internal void Advance(long position) => Position = position;

    /// <summary>
    /// What stood before <paramref name="position"/> is lost to it: the next Resync reports that, with what earlier skips have left to
    /// report.
    /// </summary>
    /// <param name="position">Where it reads on.</param>
    /// <param name="reasons">Of the Resyncs that it skips, and of the skipping itself.</param>
    /// <param name="dropped">The notifications that it skips.</param>
    internal void Skip(long position, ResyncReasons reasons, long dropped)
    {
        Position = position;
        _reasons |= reasons;
        _dropped += dropped;
    }

    /// <summary>Takes the Resync that comes before what stands at the position, if there is one.</summary>
    internal bool TryTakeResync(string channel, out ChannelSignal resync)
    {
        if (_reasons == ResyncReasons.None)
        {
            resync = default;
            return false;
        }

        resync = ChannelSignal.Resync(channel, _reasons, _dropped);
        _reasons = ResyncReasons.None;
        _dropped = 0;
        return true;
    }
}
