using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Rx.PgNotify.EntityFrameworkCore.Model;
using Rx.PgNotify.EntityFrameworkCore.Registration;
using Rx.PgNotify.Tables;

namespace Microsoft.EntityFrameworkCore;

/// <summary>The triggers of a model for a database that its migrations don't own.</summary>
public static class ChangeNotificationsDatabaseFacadeExtensions
{
    /// <summary>
    /// Installs the triggers that the model asks for, also on tables that are excluded from migrations. Those that are
    /// there already are brought up to date. May be run at each start, by several programs at once.
    /// </summary>
    /// <param name="database">The database of a context with <c>UseChangeNotifications</c>.</param>
    /// <param name="cancellationToken">Cancels the installation; nothing of it then remains.</param>
    /// <remarks>
    /// All or nothing, in the context's transaction if it has one. Needs the right to do so: see
    /// <see cref="TableTrigger.InstallScript"/>. A trigger whose channel was renamed in the model, or that it no longer
    /// asks for, stays; migrations remove those.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The context lacks <c>UseChangeNotifications</c>, or its model asks for what triggers can't do.</exception>
    /// <exception cref="Npgsql.PostgresException">The server refused: there is no such table or column, no key where one is needed, or no right to do it.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="database"/> is <see langword="null"/>.</exception>
    public static Task InstallChangeNotificationsAsync(this DatabaseFacade database, CancellationToken cancellationToken = default) =>
        RunAsync(database, GenerateChangeNotificationsScript(database), cancellationToken);

    /// <summary>Removes the triggers that the model asks for, and their functions. What isn't there is no error.</summary>
    /// <param name="database">The database of a context with <c>UseChangeNotifications</c>.</param>
    /// <param name="cancellationToken">Cancels the removal; everything then remains.</param>
    /// <remarks>All or nothing, in the context's transaction if it has one.</remarks>
    /// <inheritdoc cref="InstallChangeNotificationsAsync" path="/exception"/>
    public static Task RemoveChangeNotificationsAsync(this DatabaseFacade database, CancellationToken cancellationToken = default) =>
        RunAsync(database, string.Concat(Triggers(database).Select(trigger => trigger.RemoveScript)), cancellationToken);

    /// <summary>
    /// The SQL that <see cref="InstallChangeNotificationsAsync"/> runs: one statement for each table, to be run by the
    /// tables' owner. Running it again brings everything up to date.
    /// </summary>
    /// <param name="database">The database of a context with <c>UseChangeNotifications</c>; it is not connected to.</param>
    /// <returns>The script; empty if the model asks for no triggers.</returns>
    /// <exception cref="InvalidOperationException">The context lacks <c>UseChangeNotifications</c>, or its model asks for what triggers can't do.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="database"/> is <see langword="null"/>.</exception>
    public static string GenerateChangeNotificationsScript(this DatabaseFacade database) =>
        string.Join('\n', Triggers(database).Select(trigger => trigger.InstallScript));

    static IReadOnlyList<TableTrigger> Triggers(DatabaseFacade database)
    {
        ArgumentNullException.ThrowIfNull(database);
        var context = database.GetService<ICurrentDbContext>().Context;
        ChangeNotificationsExtension.Require(context);
        return ModelTriggers.Of(context.Model.GetRelationalModel());
    }

    // Several statements in one command are one transaction.
    static async Task RunAsync(DatabaseFacade database, string script, CancellationToken cancellationToken)
    {
        if (script.Length == 0)
            return;
        var command = database.GetService<IRawSqlCommandBuilder>().Build(script);
        var parameters = new RelationalCommandParameterObject(
            database.GetService<IRelationalConnection>(), parameterValues: null, readerColumns: null,
            database.GetService<ICurrentDbContext>().Context, database.GetService<IRelationalCommandDiagnosticsLogger>(), CommandSource.ExecuteSqlRaw);
        await database.CreateExecutionStrategy()
            .ExecuteAsync(token => command.ExecuteNonQueryAsync(parameters, token), cancellationToken)
            .ConfigureAwait(false);
    }
}
