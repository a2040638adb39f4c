using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Rx.PgNotify.EntityFrameworkCore.Model;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.Migrations;

/// <summary>A table of a model, and the trigger that the model asks for on it.</summary>
sealed record TableWithTrigger(ITable Table, ModelTrigger Model)
{
    internal TableTrigger Trigger => Model.Trigger;

    /// <summary>Those of a model that its migrations own: what is excluded in either model belongs to somebody else.</summary>
    internal static IReadOnlyList<TableWithTrigger> OwnedByMigrations(IRelationalModel? model, IRelationalModel? other) =>
    [
        .. (model?.Tables ?? []).Where(table => !table.IsExcludedFromMigrations && other?.FindTable(table.Name, table.Schema) is not { IsExcludedFromMigrations: true })
            .Select(table => ModelTriggers.FindModelTrigger(table) is { } trigger ? new TableWithTrigger(table, trigger) : null)
            .OfType<TableWithTrigger>()
            .OrderBy(pair => pair.Trigger.Schema, StringComparer.Ordinal).ThenBy(pair => pair.Trigger.Table, StringComparer.Ordinal),
    ];

    /// <summary>Whether triggers and function of both are called the same, so that the one replaces the other.</summary>
    internal bool HasNamesOf(TableWithTrigger other) =>
        (Trigger.Schema, Trigger.Table, Trigger.Channel) == (other.Trigger.Schema, other.Trigger.Table, other.Trigger.Channel);

    internal bool IsAskedForAs(TableWithTrigger other) => HasNamesOf(other) && string.Equals(Trigger.InstallScript, other.Trigger.InstallScript, StringComparison.Ordinal);

    /// <summary>
    /// Whether the operation touches what the installation has looked at, or what the trigger depends on, so that it has
    /// to be removed before and installed afterwards.
    /// </summary>
    /// <remarks>
    /// A column may take the name that another one has given up: then the trigger has not changed by its words, and yet it
    /// looks at the wrong column, whose rename it has followed.
    /// </remarks>
    internal bool IsAffectedBy(MigrationOperation operation) => operation switch
    {
        CreateTableOperation created => IsTable(created.Schema, created.Name),
        DropTableOperation dropped => IsTable(dropped.Schema, dropped.Name),
        RenameTableOperation renamed => IsTable(renamed.Schema, renamed.Name) || IsTable(renamed.NewSchema, renamed.NewName ?? renamed.Name),
        ColumnOperation column => IsColumn(column.Schema, column.Table, column.Name),
        DropColumnOperation column => IsColumn(column.Schema, column.Table, column.Name),
        RenameColumnOperation column => IsColumn(column.Schema, column.Table, column.Name) || IsColumn(column.Schema, column.Table, column.NewName),
        AddPrimaryKeyOperation key => ReadsPrimaryKey && IsTable(key.Schema, key.Table),
        DropPrimaryKeyOperation key => ReadsPrimaryKey && IsTable(key.Schema, key.Table),
        _ => false,
    };

    bool ReadsPrimaryKey => Model is { DependsOnColumns: true, Options.KeyColumns.Count: 0 };

    bool IsTable(string? schema, string name) => (schema ?? MappedTables.DefaultSchema, name).Equals((Trigger.Schema, Trigger.Table));

    bool IsColumn(string? schema, string table, string column) =>
        Model.DependsOnColumns && IsTable(schema, table)
        && (Model.Options.Payload == TriggerPayload.Rows
            || Model.Options.Columns.Contains(column, StringComparer.Ordinal)
            || Model.Options.ColumnFilter.Contains(column, StringComparer.Ordinal)
            || Model.Options.KeyColumns.Contains(column, StringComparer.Ordinal)
            || ReadsPrimaryKey && Table.PrimaryKey?.Columns.Select(key => key.Name).Contains(column, StringComparer.Ordinal) == true);
}
