namespace Rx.PgNotify.Benchmarks.Comparison.Receiving;

/// <summary>The ways to receive that are compared, in the order of the table.</summary>
enum ReceiverKind
{
    Libpq,
    SubjectLoop,
    EventPattern,
    PgListener,
}
