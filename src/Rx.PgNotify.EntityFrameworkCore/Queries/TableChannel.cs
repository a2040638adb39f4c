using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.EntityFrameworkCore.Model;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>The channel that is notified of each change of a table, or why there is none.</summary>
sealed class TableChannel
{
    static readonly ConditionalWeakTable<ITable, TableChannel> s_channels = [];

    readonly string? _channel;
    readonly string? _problem;

    TableChannel(ITable table)
    {
        if (ModelTriggers.Find(table) is not { } trigger)
            _problem = $"{SqlNames.Of(table)} has no change notifications: call HasChangeNotifications() on {Owner(table)} while the model is built";
        else if (trigger.Options is { Operations: not TableOperations.All } or { ColumnFilter.Count: > 0 })
            _problem = $"the change notifications of {SqlNames.Of(table)} leave changes out: a live query needs them without PropertyFilter and with all Operations";
        else
            _channel = trigger.Channel;
    }

    /// <summary>The channels of all that a run has read.</summary>
    /// <exception cref="MisuseException">A change of something that was read would not be noticed; all such things are named.</exception>
    internal static HashSet<string> Of(RunReads reads, IReadOnlyCollection<ITable> declared, bool isDeclared)
    {
        var channels = new HashSet<string>(StringComparer.Ordinal);
        List<string>? problems = null;
        Add(reads.Tables);
        Add(declared);
        if (!isDeclared && reads.Hidden is { Count: > 0 } hidden)
        {
            (problems ??= []).Add(
                $"what {string.Join(", ", hidden)} reads can't be seen: declare it with Reads(…) or ReadsNothingElse(), "
                + $"in the query or in {nameof(EntityLiveQueryOptions)}");
        }

        return problems is null
            ? channels
            : throw new MisuseException($"A live query would miss changes: {string.Join("; ", problems)}.");

        void Add(IEnumerable<ITable> tables)
        {
            foreach (var table in tables)
            {
                var channel = s_channels.GetValue(table, static key => new TableChannel(key));
                if (channel._problem is { } problem)
                    (problems ??= []).Add(problem);
                else
                    channels.Add(channel._channel!);
            }
        }
    }

    static string Owner(ITable table) =>
        table.EntityTypeMappings.Select(mapping => mapping.TypeBase).OfType<IEntityType>().FirstOrDefault() is { HasSharedClrType: false } entity
            ? $"the entity {entity.DisplayName()}"
            : "its entity or the model";
}
