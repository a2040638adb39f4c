using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace Rx.PgNotify.EntityFrameworkCore.Migrations;

/// <summary>
/// Adds to the differences of two models those of their triggers: the old ones go while tables and columns still have
/// their old names, the new ones come when they have the new ones.
/// </summary>
/// <remarks>Plain SQL, so that generated code, scripts and bundles need nothing of this library.</remarks>
sealed class TriggerModelDiffer(IMigrationsModelDiffer inner) : IMigrationsModelDiffer
{
    public bool HasDifferences(IRelationalModel? source, IRelationalModel? target) =>
        inner.HasDifferences(source, target) || !TriggerChanges.Between(source, target, []).IsEmpty;

    public IReadOnlyList<MigrationOperation> GetDifferences(IRelationalModel? source, IRelationalModel? target)
    {
        var operations = inner.GetDifferences(source, target);
        var changes = TriggerChanges.Between(source, target, operations);
        return
        [
            .. changes.Removed.Select(trigger => new SqlOperation { Sql = trigger.RemoveScript }),
            .. operations,
            .. changes.Installed.Select(trigger => new SqlOperation { Sql = $"{trigger.InstallScript}{AlteredTableNotification.Of(trigger)}" }),
        ];
    }
}
