using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.Model;

/// <summary>The triggers that a model asks for, table by table.</summary>
/// <remarks>
/// Read from annotations, which snapshots, compiled and runtime models have too. That they are asked for does not mean that
/// they are installed: without <c>UseChangeNotifications</c> nothing is.
/// </remarks>
static class ModelTriggers
{
    // Of models that are finished. Not a runtime annotation of theirs: the generator of compiled models could not write it.
    static readonly ConditionalWeakTable<IReadOnlyModel, Dictionary<StoreObjectIdentifier, ModelTrigger>> s_found = [];

    /// <summary>The trigger of one table; <see langword="null"/> if the model asks for none.</summary>
    internal static TableTrigger? Find(ITable table) => FindModelTrigger(table)?.Trigger;

    /// <summary>All triggers, in the order of schema and table.</summary>
    internal static IReadOnlyList<TableTrigger> Of(IRelationalModel model) =>
        [.. model.Tables.Select(Find).OfType<TableTrigger>()
            .OrderBy(trigger => trigger.Schema, StringComparer.Ordinal).ThenBy(trigger => trigger.Table, StringComparer.Ordinal)];

    internal static ModelTrigger? FindModelTrigger(ITable table) =>
        s_found.GetValue(table.Model.Model, Resolve).GetValueOrDefault(StoreObjectIdentifier.Table(table.Name, table.Schema));

    static Dictionary<StoreObjectIdentifier, ModelTrigger> Resolve(IReadOnlyModel model)
    {
        var found = new Dictionary<StoreObjectIdentifier, ModelTrigger>();
        foreach (var table in MappedTables.Of(model))
        {
            if (ModelTrigger.Of(table.Key, [.. table]) is { } trigger)
                found.Add(table.Key, trigger);
        }

        return found;
    }
}
