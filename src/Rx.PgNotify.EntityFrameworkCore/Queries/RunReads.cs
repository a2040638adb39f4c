using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>What the commands of one run have read so far. As the context whose run it is, for one thread at a time.</summary>
sealed class RunReads
{
    static readonly ConditionalWeakTable<DbContext, RunReads> s_running = [];

    // Here in the way of every command there is one look-up and one addition; all else is done once a run.
    readonly HashSet<CommandReads> _commands = [];
    readonly HashSet<string> _unknown = new(StringComparer.Ordinal);

    internal IEnumerable<ITable> Tables => _commands.SelectMany(command => command.Tables).Distinct();

    /// <summary>What may have read other tables and was not declared.</summary>
    internal IReadOnlyCollection<string> Hidden => [.. _commands.SelectMany(command => command.Hidden).Concat(_unknown).Distinct(StringComparer.Ordinal)];

    internal static RunReads Begin(DbContext context)
    {
        var reads = new RunReads();
        s_running.AddOrUpdate(context, reads);
        return reads;
    }

    /// <summary>Before the context is disposed: one of a pool goes on to somebody else.</summary>
    internal static void End(DbContext context) => s_running.Remove(context);

    internal static bool TryFind(DbContext context, [NotNullWhen(true)] out RunReads? reads) => s_running.TryGetValue(context, out reads);

    internal void Add(CommandReads command) => _commands.Add(command);

    /// <summary>Of <c>SaveChanges</c> and of generators of values it doesn't matter: they read what they write, or a sequence.</summary>
    internal void AddUnknown(string commandText, CommandSource source)
    {
        if (source is not (CommandSource.SaveChanges or CommandSource.ValueGenerator))
            _unknown.Add(NameOf(commandText, source));
    }

    static string NameOf(string commandText, CommandSource source) => source switch
    {
        CommandSource.ExecuteSqlRaw => $"the SQL that begins with \"{Beginning(commandText)}\"",
        CommandSource.LinqQuery or CommandSource.FromSqlQuery or CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete =>
            $"a query that was compiled for a context without UseChangeNotifications() and begins with \"{Beginning(commandText)}\"",
        _ => $"a command of the kind {source} that begins with \"{Beginning(commandText)}\"",
    };

    // No further than the first literal: it may be a secret.
    static string Beginning(string sql)
    {
        const int longest = 60;
        var line = sql.AsSpan().TrimStart();
        var end = line.IndexOfAny("'$\r\n");
        if (end >= 0)
            line = line[..end];
        return line.Length > longest ? $"{line[..longest]}…" : line.ToString();
    }
}
