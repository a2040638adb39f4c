using System.Diagnostics.CodeAnalysis;

namespace Rx.PgNotify;

/// <summary>Holds what arrives during a run. Called under its owner's lock: no foreign code in here.</summary>
interface ISlot<T>
{
    bool IsEmpty { get; }

    void Put(T value);

    bool TryTake([MaybeNullWhen(false)] out T value);
}
