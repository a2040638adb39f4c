using System.Diagnostics.CodeAnalysis;

namespace Rx.PgNotify;

/// <summary>Keeps the latest value.</summary>
sealed class LatestSlot<T> : ISlot<T>
{
    T? _latest;

    public bool IsEmpty { get; private set; } = true;

    public void Put(T value)
    {
        _latest = value;
        IsEmpty = false;
    }

    public bool TryTake([MaybeNullWhen(false)] out T value)
    {
        value = _latest;
        _latest = default;
        var isEmpty = IsEmpty;
        IsEmpty = true;
        return !isEmpty;
    }
}
