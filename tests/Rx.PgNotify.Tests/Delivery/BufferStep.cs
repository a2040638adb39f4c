namespace Rx.PgNotify.Tests.Delivery;

/// <summary>
/// <c>+</c> a cursor comes, <c>-</c> one goes, <c>g</c> one reads at most <paramref name="Count"/> signals, <c>s</c> so many notifications
/// are stored at once, <c>l</c> one with a long payload, <c>r</c> a Resync, <c>o</c> the slowest is overrun for the budget's sake.
/// </summary>
public readonly record struct BufferStep(char Kind, int Cursor, int Count)
{
    public override string ToString() => Kind switch
    {
        's' => $"s{Count}",
        '-' => $"-{Cursor}",
        'g' => $"g{Cursor}:{Count}",
        _ => $"{Kind}",
    };
}
