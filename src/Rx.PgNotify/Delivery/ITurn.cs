namespace Rx.PgNotify.Delivery;

/// <summary>A piece of delivery that is queued or running at most once at any moment.</summary>
interface ITurn : IThreadPoolWorkItem
{
    /// <summary>Calls observers, who may take their time, or never return.</summary>
    void Run();

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            Run();
        }
        finally
        {
            TurnQueue.Shared.HasRunOnPool();
        }
    }
}
