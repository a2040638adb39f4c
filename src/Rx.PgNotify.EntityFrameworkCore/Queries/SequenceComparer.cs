namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>Lists are equal if their elements are, in the same order.</summary>
sealed class SequenceComparer<T>(IEqualityComparer<T> elements) : IEqualityComparer<IReadOnlyList<T>>
{
    public bool Equals(IReadOnlyList<T>? x, IReadOnlyList<T>? y) =>
        ReferenceEquals(x, y) || (x is not null && y is not null && x.Count == y.Count && x.SequenceEqual(y, elements));

    public int GetHashCode(IReadOnlyList<T> obj) => obj.Count;
}
