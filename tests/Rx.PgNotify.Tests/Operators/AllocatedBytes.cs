namespace Rx.PgNotify.Tests.Operators;

/// <summary>What this thread allocates while it sends.</summary>
static class AllocatedBytes
{
    const int Rounds = 4;

    /// <summary>
    /// The least of some rounds: what each value costs is in all of them. The runtime itself may allocate on any thread now and then,
    /// which in one of hundreds of runs was in the only round that was measured.
    /// </summary>
    public static long Least(Action send)
    {
        var least = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            send();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
