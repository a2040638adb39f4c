using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>What one SQL command of the query pipeline reads. Immutable.</summary>
/// <param name="tables">The tables it names, and those declared for it.</param>
/// <param name="hidden">What may read other tables and was not declared: a noun for each, to be named in an error.</param>
sealed class CommandReads(IReadOnlyCollection<ITable> tables, IReadOnlyCollection<string> hidden)
{
    internal IReadOnlyCollection<ITable> Tables => tables;

    internal IReadOnlyCollection<string> Hidden => hidden;
}
