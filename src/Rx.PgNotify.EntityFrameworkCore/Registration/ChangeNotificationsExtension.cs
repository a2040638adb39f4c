using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Conventions.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;
using Rx.PgNotify.EntityFrameworkCore.Migrations;

namespace Rx.PgNotify.EntityFrameworkCore.Registration;

/// <summary>What <c>UseChangeNotifications</c> adds to a context's options.</summary>
sealed class ChangeNotificationsExtension : IDbContextOptionsExtension
{
    static readonly Type[] s_decorated = [typeof(IMigrationsModelDiffer), typeof(IModelValidator)];

    public DbContextOptionsExtensionInfo Info => field ??= new ExtensionInfo(this);

    /// <summary>No migration has installed what a context's model asks for unless its options have this.</summary>
    /// <exception cref="InvalidOperationException">They have not.</exception>
    internal static void Require(DbContext context)
    {
        if (context.GetService<IDbContextOptions>().FindExtension<ChangeNotificationsExtension>() is null)
            throw new InvalidOperationException(
                $"The options of {context.GetType().Name} lack UseChangeNotifications(): call it beside UseNpgsql, so that its model is checked and migrations install its triggers.");
    }

    // The provider adds only what is not there, so that this works before UseNpgsql and after it.
    public void ApplyServices(IServiceCollection services)
    {
        services.AddEntityFrameworkNpgsql();
        new EntityFrameworkServicesBuilder(services).TryAdd<IConventionSetPlugin, NotificationConventions>();
        services.Decorate<IMigrationsModelDiffer>((inner, _) => new TriggerModelDiffer(inner));
        services.Decorate<IModelValidator>((inner, _) => new NotificationModelValidator(inner));
        QueryServices.Add(services);
    }

    public void Validate(IDbContextOptions options)
    {
        // The provider may come later, in OnConfiguring.
        if (options.Extensions.Any(extension => extension.Info.IsDatabaseProvider && extension.GetType().Assembly != typeof(NpgsqlDbContextOptionsBuilder).Assembly))
            throw new InvalidOperationException("UseChangeNotifications() needs the provider of Npgsql, UseNpgsql: with another one leave that call out.");
        var core = options.FindExtension<CoreOptionsExtension>();
        if (core?.InternalServiceProvider is not null)
            throw new InvalidOperationException(
                "UseChangeNotifications() can't add its services to the provider that UseInternalServiceProvider gives: leave that call out.");
        // They would replace what decorates them, without a word: then no migration has triggers.
        if (core?.ReplacedServices?.Keys.Select(key => key.Item1).FirstOrDefault(s_decorated.Contains) is { } replaced)
            throw new InvalidOperationException(
                $"ReplaceService<{replaced.Name}, …>() takes the place of what UseChangeNotifications() needs: leave one of these calls out.");
    }

    sealed class ExtensionInfo(ChangeNotificationsExtension extension) : DbContextOptionsExtensionInfo(extension)
    {
        public override bool IsDatabaseProvider => false;

        public override string LogFragment => "using ChangeNotifications ";

        public override int GetServiceProviderHashCode() => 0;

        public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => other is ExtensionInfo;

        public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) => debugInfo["Rx.PgNotify:ChangeNotifications"] = "1";
    }
}
