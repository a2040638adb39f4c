namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>
/// An error of the program, which running again can't mend: it ends a live query also where failures of queries are taken.
/// </summary>
sealed class MisuseException(string message) : InvalidOperationException(message);
