using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.Model;

/// <summary>The trigger that a model asks for on one table.</summary>
/// <param name="Trigger">The trigger.</param>
sealed record ModelTrigger(TableTrigger Trigger)
{
    /// <summary>Its options, by columns.</summary>
    internal TableTriggerOptions Options { get; } = Trigger.Options;

    /// <summary>Whether what the trigger does was decided by columns of its table.</summary>
    internal bool DependsOnColumns => Options.Payload >= TriggerPayload.Keys || Options.ColumnFilter.Count > 0;

    /// <summary>Whether it has to know which rows are the same one.</summary>
    internal bool NeedsKey => Options.Payload == TriggerPayload.Keys || Options is { ColumnFilter.Count: > 0, RowLevel: false };

    /// <summary>Resolves what the entity types of a table say; <see langword="null"/> if they want none.</summary>
    /// <exception cref="InvalidOperationException">They contradict each other, or triggers can't do it.</exception>
    internal static ModelTrigger? Of(StoreObjectIdentifier table, IReadOnlyCollection<IReadOnlyEntityType> entityTypes)
    {
        var said = entityTypes.Select(NotificationChoice.Of).OfType<NotificationChoice>().DistinctBy(choice => choice.Source).ToList();
        var ofTypes = said.Where(choice => choice.Source is not null).ToList();
        if (ofTypes.Count > 0)
            said = ofTypes;
        if (said.Count == 0)
            return null;

        var trigger = Of(said[0], table, entityTypes);
        foreach (var other in said.Skip(1))
        {
            if (!string.Equals(Of(other, table, entityTypes)?.Trigger.InstallScript, trigger?.Trigger.InstallScript, StringComparison.Ordinal))
                throw new InvalidOperationException(
                    $"Entity types '{said[0].Source!.DisplayName()}' and '{other.Source!.DisplayName()}' share table '{table.DisplayName()}' and ask for different change notifications: ask at one of them.");
        }

        return trigger;
    }

    static ModelTrigger? Of(NotificationChoice choice, StoreObjectIdentifier table, IReadOnlyCollection<IReadOnlyEntityType> entityTypes)
    {
        if (choice.Options is not { } options)
            return null;
        var byColumns = new TableTriggerOptions
        {
            Payload = options.Payload,
            Columns = Columns(options.Properties, nameof(options.Properties)),
            IncludeOld = options.IncludeOld,
            Operations = options.Operations,
            ColumnFilter = Columns(options.PropertyFilter, nameof(options.PropertyFilter)),
            KeyColumns = Columns(options.KeyProperties, nameof(options.KeyProperties)),
            RowLevel = options.RowLevel,
            FireOnReplica = options.FireOnReplica,
        };
        try
        {
            return new(new TableTrigger(table.Name, options.Channel, table.Schema ?? MappedTables.DefaultSchema, byColumns));
        }
        catch (ArgumentException e)
        {
            throw new InvalidOperationException(
                $"The change notifications of {(choice.Source is { } type ? $"entity type '{type.DisplayName()}'" : "the model")} can't be had for table '{table.DisplayName()}': {e.Message}", e);
        }

        string[] Columns(IReadOnlyList<string> properties, string option)
        {
            if (properties.Count == 0 || choice.Source is not { } source)
                return [];
            var columns = properties.SelectMany(property => PropertyColumns.Find(source, property, table, entityTypes))
                .Select(column => column.Name).Distinct(StringComparer.Ordinal).ToArray();
            if (columns.Length > 0)
                return columns;
            var stored = entityTypes.First();
            throw new InvalidOperationException(
                $"Table '{table.DisplayName()}' stores none of the {option} that entity type '{source.DisplayName()}' names for its change notifications: name one that it stores{(stored == source ? "" : $", or give '{stored.DisplayName()}' change notifications of its own, or none")}.");
        }
    }
}
