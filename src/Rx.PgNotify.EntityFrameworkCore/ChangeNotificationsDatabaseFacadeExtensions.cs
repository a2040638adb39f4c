using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Rx.PgNotify.EntityFrameworkCore.Model;
using Rx.PgNotify.EntityFrameworkCore.Registration;
using Rx.PgNotify.Tables;

namespace Microsoft.EntityFrameworkCore;

/// <summary>The triggers of a model for a database that its migrations don't own.</summary>
public static class ChangeNotificationsDatabaseFacadeExtensions
{
    /// <summary>
    /// Installs the triggers that the model asks for, also on tables that are excluded from migrations. Those that are
    /// there already are brought up to date, or left alone if they are. May be run at each start, by several programs at once.
    /// </summary>
    /// <param name="database">The database of a context with <c>UseChangeNotifications</c>.</param>
    /// <param name="cancellationToken">Cancels the installation; nothing of it then remains.</param>
    /// <remarks>
    /// Each table costs a look at the catalogs, which locks nothing of it (<see cref="TableTrigger.IsInstalledAsync(NpgsqlConnection, CancellationToken)"/>).
    /// What is left to do is done all or nothing, in the context's transaction if it has one. Needs the right to do so: see
    /// <see cref="TableTrigger.InstallScript"/>. A trigger whose channel was renamed in the model, or that it no longer
    /// asks for, stays; migrations remove those.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The context lacks <c>UseChangeNotifications</c>, or its model asks for what triggers can't do.</exception>
    /// <exception cref="PostgresException">The server refused: there is no such table or column, no key where one is needed, or no right to do it.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="database"/> is <see langword="null"/>.</exception>
    public static Task InstallChangeNotificationsAsync(this DatabaseFacade database, CancellationToken cancellationToken = default)
    {
        var triggers = Triggers(database);
        return triggers.Count == 0 ? Task.CompletedTask : RunAsync(database, token => ScriptOfChangedAsync(database, triggers, token), cancellationToken);
    }

    /// <summary>Removes the triggers that the model asks for, and their functions. What isn't there is no error.</summary>
    /// <param name="database">The database of a context with <c>UseChangeNotifications</c>.</param>
    /// <param name="cancellationToken">Cancels the removal; everything then remains.</param>
    /// <remarks>All or nothing, in the context's transaction if it has one.</remarks>
    /// <inheritdoc cref="InstallChangeNotificationsAsync" path="/exception"/>
    public static Task RemoveChangeNotificationsAsync(this DatabaseFacade database, CancellationToken cancellationToken = default)
    {
        var script = string.Concat(Triggers(database).Select(trigger => trigger.RemoveScript));
        return script.Length == 0 ? Task.CompletedTask : RunAsync(database, _ => Task.FromResult(script), cancellationToken);
    }

    /// <summary>
    /// The SQL of which <see cref="InstallChangeNotificationsAsync"/> runs what is needed: one statement for each table, to be run by
    /// the tables' owner. Running it again does all of it again, and brings everything up to date.
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

    static async Task<string> ScriptOfChangedAsync(DatabaseFacade database, IReadOnlyList<TableTrigger> triggers, CancellationToken cancellationToken)
    {
        var changed = new List<TableTrigger>();
        foreach (var trigger in triggers)
        {
            // A connection that somebody has wrapped can't be asked; it can run the script.
            if (database.GetDbConnection() is not NpgsqlConnection connection || !await trigger.IsInstalledAsync(connection, cancellationToken).ConfigureAwait(false))
                changed.Add(trigger);
        }

        return string.Join('\n', changed.Select(trigger => trigger.InstallScript));
    }

    // Several statements in one command are one transaction.
    static Task RunAsync(DatabaseFacade database, Func<CancellationToken, Task<string>> script, CancellationToken cancellationToken) =>
        database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                await database.OpenConnectionAsync(token).ConfigureAwait(false);
                try
                {
                    if (await script(token).ConfigureAwait(false) is { Length: > 0 } text)
                        await RunAsync(database, text, token).ConfigureAwait(false);
                }
                finally
                {
                    await database.CloseConnectionAsync().ConfigureAwait(false);
                }
            },
            cancellationToken);

    static Task<int> RunAsync(DatabaseFacade database, string script, CancellationToken cancellationToken)
    {
        var command = database.GetService<IRawSqlCommandBuilder>().Build(script);
        var parameters = new RelationalCommandParameterObject(
            database.GetService<IRelationalConnection>(), parameterValues: null, readerColumns: null,
            database.GetService<ICurrentDbContext>().Context, database.GetService<IRelationalCommandDiagnosticsLogger>(), CommandSource.ExecuteSqlRaw);
        return command.ExecuteNonQueryAsync(parameters, cancellationToken);
    }
}
