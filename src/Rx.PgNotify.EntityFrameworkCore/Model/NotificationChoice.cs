using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Model;

/// <summary>What was said of an entity type's notifications, and where.</summary>
/// <param name="Source">The entity type that says it; <see langword="null"/> if it is said of the whole model.</param>
/// <param name="Options"><see langword="null"/> if there are to be none.</param>
sealed record NotificationChoice(IReadOnlyEntityType? Source, ChangeNotificationsOptions? Options)
{
    /// <summary>The nearest word: its own, its base type's, its owner's, the model's.</summary>
    internal static NotificationChoice? Of(IReadOnlyEntityType entityType)
    {
        for (var type = entityType; type is not null; type = Superior(type))
        {
            if (NotificationsAnnotation.TryRead(type, out var options))
                return new(type, options);
        }

        return NotificationsAnnotation.TryRead(entityType.Model, out var ofModel) ? new(null, ofModel) : null;
    }

    /// <summary>The entity type that speaks for another one that says nothing: its base type, or its owner.</summary>
    internal static IReadOnlyEntityType? Superior(IReadOnlyEntityType entityType) =>
        entityType.BaseType ?? entityType.FindOwnership()?.PrincipalEntityType;
}
