namespace Rx.PgNotify.Operators;

/// <summary>
/// Compares keys that may be <see langword="null"/>, which equals nothing else. The tuple is there because the key of a
/// <see cref="Dictionary{TKey,TValue}"/> must not be <see langword="null"/>.
/// </summary>
sealed class KeyComparer<TKey>(IEqualityComparer<TKey> comparer) : IEqualityComparer<ValueTuple<TKey>>
{
    public bool Equals(ValueTuple<TKey> x, ValueTuple<TKey> y) => x.Item1 is null || y.Item1 is null
        ? x.Item1 is null && y.Item1 is null
        : comparer.Equals(x.Item1, y.Item1);

    public int GetHashCode(ValueTuple<TKey> obj) =>
        obj.Item1 is null ? 0 : comparer.GetHashCode(obj.Item1);
}
