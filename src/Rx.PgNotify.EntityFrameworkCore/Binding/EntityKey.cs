using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Rx.PgNotify.EntityFrameworkCore.Binding;

/// <summary>The values of a primary key, compared as the model compares them.</summary>
readonly struct EntityKey(object?[] values, ValueComparer[] comparers) : IEquatable<EntityKey>
{
    readonly object?[] _values = values;
    readonly ValueComparer[] _comparers = comparers;

    public bool Equals(EntityKey other)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            if (!_comparers[i].Equals(_values[i], other._values[i]))
                return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is EntityKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        for (var i = 0; i < _values.Length; i++)
            hash.Add(_values[i] is { } value ? _comparers[i].GetHashCode(value) : 0);
        return hash.ToHashCode();
    }
}
