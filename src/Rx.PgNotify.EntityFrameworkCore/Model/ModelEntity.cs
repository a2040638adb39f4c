using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Model;

/// <summary>Finds what a CLR type is in a model.</summary>
static class ModelEntity
{
    internal static IEntityType Find(IModel model, Type type) => model.FindEntityTypes(type).Take(2).ToArray() switch
    {
        [var entity] when entity.IsOwned() => throw new InvalidOperationException(
            $"{entity.DisplayName()} is owned by {entity.FindOwnership()!.PrincipalEntityType.DisplayName()}: name the owner."),
        [var entity] => entity,
        [] => throw new InvalidOperationException($"{type.Name} is no entity type of the model."),
        _ => throw new InvalidOperationException($"{type.Name} is the type of several entity types of the model: it names none of them."),
    };
}
