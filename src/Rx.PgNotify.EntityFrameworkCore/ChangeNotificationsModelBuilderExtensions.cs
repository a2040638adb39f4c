using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rx.PgNotify.EntityFrameworkCore;
using Rx.PgNotify.EntityFrameworkCore.Model;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Says in the model which tables notify of their changes.</summary>
public static class ChangeNotificationsModelBuilderExtensions
{
    /// <summary>
    /// Asks for triggers on all tables of the model, those of many-to-many relationships and owned types too, one channel
    /// each unless <paramref name="configure"/> names one for all. What is said of an entity type wins.
    /// </summary>
    /// <param name="modelBuilder">The model's builder.</param>
    /// <param name="configure">Sets options; they can't name properties. Default <see langword="null"/>: bare notifications.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The options contradict each other, or name properties.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="modelBuilder"/> is <see langword="null"/>.</exception>
    public static ModelBuilder HasChangeNotifications(this ModelBuilder modelBuilder, Action<ChangeNotificationsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        var options = Options(configure);
        if (options.NamedProperties.Any())
            throw new ArgumentException("Options for all tables can't name properties: name them at the entity type.", nameof(configure));
        modelBuilder.Model.SetAnnotation(NotificationsAnnotation.Name, NotificationsAnnotation.Write(options));
        return modelBuilder;
    }

    /// <summary>
    /// Asks for triggers on the tables of an entity type: its own, those of the types derived from it and those of the
    /// types that it owns, unless these have options of their own.
    /// </summary>
    /// <param name="entityTypeBuilder">The entity type's builder.</param>
    /// <param name="configure">Sets options. Default <see langword="null"/>: bare notifications, to the channel that is called like the table.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// The last call counts, as a whole. What can't have triggers, such as a view, and two answers for one table, are an
    /// <see cref="InvalidOperationException"/> when the model is built.
    /// </remarks>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="entityTypeBuilder"/> is <see langword="null"/>.</exception>
    public static EntityTypeBuilder HasChangeNotifications(
        this EntityTypeBuilder entityTypeBuilder, Action<ChangeNotificationsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(entityTypeBuilder);
        return entityTypeBuilder.HasAnnotation(NotificationsAnnotation.Name, NotificationsAnnotation.Write(Options(configure)));
    }

    /// <typeparam name="TEntity">The entity type.</typeparam>
    /// <inheritdoc cref="HasChangeNotifications(EntityTypeBuilder, Action{ChangeNotificationsOptions})"/>
    public static EntityTypeBuilder<TEntity> HasChangeNotifications<TEntity>(
        this EntityTypeBuilder<TEntity> entityTypeBuilder, Action<ChangeNotificationsOptions>? configure = null)
        where TEntity : class =>
        (EntityTypeBuilder<TEntity>)HasChangeNotifications((EntityTypeBuilder)entityTypeBuilder, configure);

    /// <summary>Asks for triggers on the table of an owned type, with options other than its owner's.</summary>
    /// <param name="ownedBuilder">The owned type's builder; the type has a table of its own.</param>
    /// <param name="configure">Sets options. Default <see langword="null"/>: bare notifications, to the channel that is called like the table.</param>
    /// <exception cref="ArgumentNullException"><paramref name="ownedBuilder"/> is <see langword="null"/>.</exception>
    /// <inheritdoc cref="HasChangeNotifications(EntityTypeBuilder, Action{ChangeNotificationsOptions})" path="/*[self::returns or self::remarks or (self::exception and not(contains(@cref,'ArgumentNull')))]"/>
    public static OwnedNavigationBuilder HasChangeNotifications(
        this OwnedNavigationBuilder ownedBuilder, Action<ChangeNotificationsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(ownedBuilder);
        ownedBuilder.OwnedEntityType.SetAnnotation(NotificationsAnnotation.Name, NotificationsAnnotation.Write(Options(configure)));
        return ownedBuilder;
    }

    /// <typeparam name="TOwner">The type that owns it.</typeparam>
    /// <typeparam name="TOwned">The owned type.</typeparam>
    /// <inheritdoc cref="HasChangeNotifications(OwnedNavigationBuilder, Action{ChangeNotificationsOptions})"/>
    public static OwnedNavigationBuilder<TOwner, TOwned> HasChangeNotifications<TOwner, TOwned>(
        this OwnedNavigationBuilder<TOwner, TOwned> ownedBuilder, Action<ChangeNotificationsOptions>? configure = null)
        where TOwner : class
        where TOwned : class =>
        (OwnedNavigationBuilder<TOwner, TOwned>)HasChangeNotifications((OwnedNavigationBuilder)ownedBuilder, configure);

    /// <summary>
    /// Asks for no triggers on the tables of an entity type, of those derived from it and those that it owns, though the
    /// model asks for them, or its base type, its owner or its attribute do.
    /// </summary>
    /// <param name="entityTypeBuilder">The entity type's builder.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="entityTypeBuilder"/> is <see langword="null"/>.</exception>
    public static EntityTypeBuilder HasNoChangeNotifications(this EntityTypeBuilder entityTypeBuilder)
    {
        ArgumentNullException.ThrowIfNull(entityTypeBuilder);
        return entityTypeBuilder.HasAnnotation(NotificationsAnnotation.Name, NotificationsAnnotation.None);
    }

    /// <typeparam name="TEntity">The entity type.</typeparam>
    /// <inheritdoc cref="HasNoChangeNotifications(EntityTypeBuilder)"/>
    public static EntityTypeBuilder<TEntity> HasNoChangeNotifications<TEntity>(this EntityTypeBuilder<TEntity> entityTypeBuilder)
        where TEntity : class =>
        (EntityTypeBuilder<TEntity>)HasNoChangeNotifications((EntityTypeBuilder)entityTypeBuilder);

    /// <summary>Asks for no triggers on the table of an owned type, though its owner or the model asks for them.</summary>
    /// <param name="ownedBuilder">The owned type's builder; the type has a table of its own.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="ownedBuilder"/> is <see langword="null"/>.</exception>
    public static OwnedNavigationBuilder HasNoChangeNotifications(this OwnedNavigationBuilder ownedBuilder)
    {
        ArgumentNullException.ThrowIfNull(ownedBuilder);
        ownedBuilder.OwnedEntityType.SetAnnotation(NotificationsAnnotation.Name, NotificationsAnnotation.None);
        return ownedBuilder;
    }

    /// <typeparam name="TOwner">The type that owns it.</typeparam>
    /// <typeparam name="TOwned">The owned type.</typeparam>
    /// <inheritdoc cref="HasNoChangeNotifications(OwnedNavigationBuilder)"/>
    public static OwnedNavigationBuilder<TOwner, TOwned> HasNoChangeNotifications<TOwner, TOwned>(
        this OwnedNavigationBuilder<TOwner, TOwned> ownedBuilder)
        where TOwner : class
        where TOwned : class =>
        (OwnedNavigationBuilder<TOwner, TOwned>)HasNoChangeNotifications((OwnedNavigationBuilder)ownedBuilder);

    static ChangeNotificationsOptions Options(Action<ChangeNotificationsOptions>? configure)
    {
        var options = new ChangeNotificationsOptions();
        configure?.Invoke(options);
        return options;
    }
}
