using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.Migrations;

/// <summary>Which triggers a migration removes, and which it installs.</summary>
sealed record TriggerChanges(IReadOnlyList<TableTrigger> Removed, IReadOnlyList<TableTrigger> Installed)
{
    internal bool IsEmpty => Removed.Count == 0 && Installed.Count == 0;

    /// <summary>
    /// Compares two models. A trigger stays if it is asked for in the same words and nothing happens to what it was
    /// installed for; with other options alone it is replaced in place.
    /// </summary>
    /// <param name="source">The model before; <see langword="null"/> for none.</param>
    /// <param name="target">The model afterwards; <see langword="null"/> for none.</param>
    /// <param name="operations">What happens to the tables.</param>
    internal static TriggerChanges Between(IRelationalModel? source, IRelationalModel? target, IReadOnlyList<MigrationOperation> operations)
    {
        var before = TableWithTrigger.OwnedByMigrations(source, target);
        var after = TableWithTrigger.OwnedByMigrations(target, source);
        return new(
            [.. before.Where(old => IsAffected(old) || !after.Any(old.HasNamesOf)).Select(old => old.Trigger)],
            [.. after.Where(@new => IsAffected(@new) || !before.Any(@new.IsAskedForAs)).Select(@new => @new.Trigger)]);

        bool IsAffected(TableWithTrigger trigger) => operations.Any(trigger.IsAffectedBy);
    }
}
