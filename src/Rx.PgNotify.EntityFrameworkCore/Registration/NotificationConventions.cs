using System.Reflection;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.EntityFrameworkCore.Metadata.Conventions.Infrastructure;
using Rx.PgNotify.EntityFrameworkCore.Model;

namespace Rx.PgNotify.EntityFrameworkCore.Registration;

/// <summary>Reads <see cref="ChangeNotificationsAttribute"/> when an entity type comes into a model.</summary>
sealed class NotificationConventions : IConventionSetPlugin, IEntityTypeAddedConvention
{
    public ConventionSet ModifyConventions(ConventionSet conventionSet)
    {
        conventionSet.Add(this);
        return conventionSet;
    }

    public void ProcessEntityTypeAdded(
        IConventionEntityTypeBuilder entityTypeBuilder, IConventionContext<IConventionEntityTypeBuilder> context)
    {
        var entityType = entityTypeBuilder.Metadata;
        if (entityType.ClrType.GetCustomAttribute<ChangeNotificationsAttribute>(inherit: false) is not { } attribute)
            return;
        try
        {
            entityTypeBuilder.HasAnnotation(
                NotificationsAnnotation.Name, NotificationsAnnotation.Write(attribute.ToOptions()), fromDataAnnotation: true);
        }
        catch (ArgumentException e)
        {
            throw new InvalidOperationException($"[ChangeNotifications] of entity type '{entityType.ClrType.Name}': {e.Message}", e);
        }
    }
}
