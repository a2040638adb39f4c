using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>
/// What the commands read whose SQL was generated here, by the very string that holds the SQL: Entity Framework Core keeps
/// it beside the compiled query and sets it as the text of each command it executes.
/// </summary>
/// <remarks>
/// By reference, not by content: the same SQL of another model may read other tables, and an entry lives no longer than the
/// cached command. A command whose text was replaced on the way is not found, which is an error and no gap.
/// </remarks>
static class KnownCommands
{
    static readonly ConditionalWeakTable<string, CommandReads> s_commands = [];

    internal static void Add(string commandText, CommandReads reads) => s_commands.AddOrUpdate(commandText, reads);

    internal static bool TryGet(string commandText, [NotNullWhen(true)] out CommandReads? reads) =>
        s_commands.TryGetValue(commandText, out reads);
}
