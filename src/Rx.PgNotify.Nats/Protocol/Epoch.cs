using System.Runtime.InteropServices;

namespace Rx.PgNotify.Nats.Protocol;

/// <summary>
/// One term of one bridge at work: from the moment when it got the lock until it lost its session. Numbers of different epochs have
/// nothing to do with each other.
/// </summary>
/// <param name="Order">Larger than that of every epoch before it. It fences off a bridge that wakes up late.</param>
/// <param name="Id">At random, so that no two epochs are equal even if a clock was set back.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct Epoch(long Order, long Id) : IComparable<Epoch>
{
    public static bool operator <(Epoch left, Epoch right) => left.CompareTo(right) < 0;

    public static bool operator >(Epoch left, Epoch right) => left.CompareTo(right) > 0;

    public static bool operator <=(Epoch left, Epoch right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Epoch left, Epoch right) => left.CompareTo(right) >= 0;

    public int CompareTo(Epoch other) => Order != other.Order ? Order.CompareTo(other.Order) : Id.CompareTo(other.Id);
}
