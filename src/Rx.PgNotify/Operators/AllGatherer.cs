using System.Diagnostics.CodeAnalysis;

namespace Rx.PgNotify.Operators;

/// <summary>Keeps all values, as one list.</summary>
sealed class AllGatherer<T> : IGatherer<T, IReadOnlyList<T>>
{
    List<T> _values = [];

    public void Add(T value) => _values.Add(value);

    public bool TryTake([MaybeNullWhen(false)] out IReadOnlyList<T> result)
    {
        result = null;
        if (_values.Count == 0)
            return false;
        result = _values;
        _values = []; // the list is the observer's to keep
        return true;
    }
}
