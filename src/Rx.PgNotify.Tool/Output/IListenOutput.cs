namespace Rx.PgNotify.Tool.Output;

/// <summary>A form of output. Not thread-safe: one caller at a time.</summary>
interface IListenOutput
{
    /// <summary>Writes the lines of one event and flushes them.</summary>
    void Write(ListenEvent item);
}
