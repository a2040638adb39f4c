using Rx.PgNotify.Benchmarks.Comparison.Receiving;

namespace Rx.PgNotify.Benchmarks.Comparison.Workloads;

/// <summary>Something to receive, and what is measured of it.</summary>
abstract class Workload
{
    public abstract string Name { get; }

    public virtual bool Suits(ReceiverKind kind) => true;

    /// <summary>One turn of one receiver, which has no connection before and none after.</summary>
    public abstract Task<IReadOnlyList<Figure>> MeasureAsync(ReceiverProcess receiver, Sender sender);
}
