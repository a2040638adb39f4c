using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.EntityFrameworkCore.Model;

namespace Rx.PgNotify.EntityFrameworkCore.Binding;

/// <summary>Reads the primary key of an entity.</summary>
static class KeySelector
{
    internal static Func<T, EntityKey> Of<T>(IModel model)
    {
        var entity = ModelEntity.Find(model, typeof(T));
        var name = entity.DisplayName();
        var properties = entity.FindPrimaryKey()?.Properties ?? throw new InvalidOperationException(
            $"{name} has no primary key that could tell its rows apart: call the BindTo that takes a key selector.");
        if (properties.FirstOrDefault(property => property.IsShadowProperty()) is { } shadow)
            throw new InvalidOperationException(
                $"{name} has its key '{shadow.Name}' in shadow state, and an entity that no context tracks does not have it: "
                + "call the BindTo that takes a key selector.");

        var getters = properties.Select(property => property.GetGetter()).ToArray();
        var comparers = properties.Select(property => property.GetKeyValueComparer()).ToArray();
        return row => new EntityKey([.. getters.Select(getter => getter.GetClrValue(row!))], comparers);
    }
}
