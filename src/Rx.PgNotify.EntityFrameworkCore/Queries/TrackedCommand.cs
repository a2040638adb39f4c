using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>
/// A command that carries what it reads, and books it, when it is executed, to the run that its context serves, if any.
/// </summary>
/// <remarks>
/// It is a template, cached with a compiled query, whose reads are set once, before it is shared; or the command that a
/// connection fills from a template for each execution. One that was not filled from such a template reads what is not known.
/// </remarks>
sealed class TrackedCommand(IRelationalCommand command) : IRelationalCommand
{
    static readonly ConditionalWeakTable<DbCommand, CommandReads> s_shown = [];

    internal CommandReads? Reads { get; set; }

    public string CommandText => command.CommandText;

    public string LogCommandText => command.LogCommandText;

    public IReadOnlyList<IRelationalParameter> Parameters => command.Parameters;

    /// <summary>What a command reads that was made to be shown, and not executed here.</summary>
    internal static bool TryGetReads(DbCommand shown, [NotNullWhen(true)] out CommandReads? reads) => s_shown.TryGetValue(shown, out reads);

    public void PopulateFrom(IRelationalCommandTemplate commandTemplate)
    {
        command.PopulateFrom(commandTemplate);
        Reads = (commandTemplate as TrackedCommand)?.Reads;
    }

    public DbCommand CreateDbCommand(RelationalCommandParameterObject parameterObject, Guid commandId, DbCommandMethod commandMethod)
    {
        var shown = command.CreateDbCommand(parameterObject, commandId, commandMethod);
        if (Reads is not null)
            s_shown.AddOrUpdate(shown, Reads);
        return shown;
    }

    public int ExecuteNonQuery(RelationalCommandParameterObject parameterObject)
    {
        Book(parameterObject);
        return command.ExecuteNonQuery(parameterObject);
    }

    public Task<int> ExecuteNonQueryAsync(RelationalCommandParameterObject parameterObject, CancellationToken cancellationToken = default)
    {
        Book(parameterObject);
        return command.ExecuteNonQueryAsync(parameterObject, cancellationToken);
    }

    public object? ExecuteScalar(RelationalCommandParameterObject parameterObject)
    {
        Book(parameterObject);
        return command.ExecuteScalar(parameterObject);
    }

    public Task<object?> ExecuteScalarAsync(RelationalCommandParameterObject parameterObject, CancellationToken cancellationToken = default)
    {
        Book(parameterObject);
        return command.ExecuteScalarAsync(parameterObject, cancellationToken);
    }

    public RelationalDataReader ExecuteReader(RelationalCommandParameterObject parameterObject)
    {
        Book(parameterObject);
        return command.ExecuteReader(parameterObject);
    }

    public Task<RelationalDataReader> ExecuteReaderAsync(
        RelationalCommandParameterObject parameterObject, CancellationToken cancellationToken = default)
    {
        Book(parameterObject);
        return command.ExecuteReaderAsync(parameterObject, cancellationToken);
    }

    void Book(RelationalCommandParameterObject execution)
    {
        if (execution.Context is not { } context || !RunReads.TryFind(context, out var run))
            return;
        if (Reads is not null)
            run.Add(Reads);
        else
            run.AddUnknown(CommandText, execution.CommandSource);
    }
}
