using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>What one SQL command of the query pipeline reads. Immutable.</summary>
/// <param name="Tables">The tables it names, and those declared for it.</param>
/// <param name="Hidden">What may read other tables and was not declared: a noun for each, to be named in an error.</param>
sealed record CommandReads(IReadOnlyCollection<ITable> Tables, IReadOnlyCollection<string> Hidden);
