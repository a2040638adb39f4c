using Microsoft.EntityFrameworkCore.Infrastructure;
using Rx.PgNotify.EntityFrameworkCore.Registration;

namespace Microsoft.EntityFrameworkCore;

/// <summary>The way to triggers from the model, in the options of a context.</summary>
public static class ChangeNotificationsDbContextOptionsBuilderExtensions
{
    /// <summary>
    /// Makes migrations, <c>EnsureCreated</c> and the like install and remove the triggers that the model asks for with
    /// <c>HasChangeNotifications</c> or <c>[ChangeNotifications]</c>, and checks the model for what triggers can't do.
    /// </summary>
    /// <param name="optionsBuilder">Of a context that uses Npgsql's provider; before or after <c>UseNpgsql</c>.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// Without it nothing of the model's wishes is installed. A context with another provider, with
    /// <c>UseInternalServiceProvider</c>, or with a differ of migrations or a model validator by <c>ReplaceService</c>,
    /// can't be created: an <see cref="InvalidOperationException"/>.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="optionsBuilder"/> is <see langword="null"/>.</exception>
    public static DbContextOptionsBuilder UseChangeNotifications(this DbContextOptionsBuilder optionsBuilder)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        ((IDbContextOptionsBuilderInfrastructure)optionsBuilder).AddOrUpdateExtension(new ChangeNotificationsExtension());
        return optionsBuilder;
    }

    /// <typeparam name="TContext">The type of the context.</typeparam>
    /// <inheritdoc cref="UseChangeNotifications(DbContextOptionsBuilder)"/>
    public static DbContextOptionsBuilder<TContext> UseChangeNotifications<TContext>(this DbContextOptionsBuilder<TContext> optionsBuilder)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)UseChangeNotifications((DbContextOptionsBuilder)optionsBuilder);
}
