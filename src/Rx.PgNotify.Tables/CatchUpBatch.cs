using System.Globalization;

namespace Rx.PgNotify.Tables;

/// <summary>What one load found, and the cursor to go on from.</summary>
/// <remarks>It belongs to whoever received it, and nobody changes it.</remarks>
/// <typeparam name="T">What rows are read as.</typeparam>
public sealed class CatchUpBatch<T>
{
    /// <summary>A batch, from a query of one's own.</summary>
    /// <param name="cursor">The snapshot in which the rows were read.</param>
    /// <param name="rows">The rows; none is fine.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public CatchUpBatch(CatchUpCursor cursor, IReadOnlyList<T> rows)
    {
        ArgumentNullException.ThrowIfNull(cursor);
        ArgumentNullException.ThrowIfNull(rows);
        Cursor = cursor;
        Rows = rows;
    }

    /// <summary>Store it together with what you make of the rows, in one transaction if both are in a database.</summary>
    public CatchUpCursor Cursor { get; }

    /// <summary>What is new since the cursor before: first the deletions, then the rows, in no particular order.</summary>
    public IReadOnlyList<T> Rows { get; }

    /// <summary>For a log: how many rows and up to where, never a row.</summary>
    /// <returns>Such as <c>CatchUpBatch(3 rows, 750:752:750@7710636372555925688/16384/16385/16392)</c>.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{nameof(CatchUpBatch<>)}({Rows.Count} rows, {Cursor})");
}
