using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Rx.PgNotify.Tables.CatchUp;

namespace Rx.PgNotify.Tables;

/// <summary>
/// How far a reader has read: which transactions had ended at one moment. To be stored as text, with what was made of
/// the rows.
/// </summary>
/// <remarks>
/// It is a <c>pg_snapshot</c> and the table that it belongs to: server, database, table and installation. It doesn't age
/// by waiting, but for the purge of tombstones. Immutable; two of the same text are equal.
/// </remarks>
public sealed record CatchUpCursor
{
    static readonly SearchValues<char> s_originCharacters = SearchValues.Create("0123456789-/");

    CatchUpCursor(PgSnapshot state, string? origin)
    {
        State = state;
        Origin = origin;
    }

    /// <summary>The text of the <c>pg_snapshot</c>, for a parameter <c>$1::pg_snapshot</c> of a query of one's own.</summary>
    public string Snapshot => State.ToString();

    internal PgSnapshot State { get; }

    /// <summary>What it belongs to, as <see cref="CatchUpHead"/> has it; <see langword="null"/> if the text said nothing.</summary>
    internal string? Origin { get; }

    /// <summary>
    /// Reads what <see cref="ToString"/> wrote, or the text of a <c>pg_snapshot</c>, such as
    /// <c>pg_current_snapshot()::text</c> in a query of one's own.
    /// </summary>
    /// <param name="text"><c>xmin:xmax:xip,…</c>, and after an <c>@</c> what it belongs to, if known. White space around it is left out.</param>
    /// <returns>The cursor.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    /// <exception cref="FormatException">The text is not of this form; the message says what is wrong.</exception>
    public static CatchUpCursor Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(text.Trim(), out var cursor) is not { } fault
            ? cursor
            : throw new FormatException($"A catch-up cursor is xmin:xmax:xip,… or that and @origin: {fault}.");
    }

    /// <summary>As <see cref="Parse"/>, without the exceptions.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cursor">The cursor, if it is one; else <see langword="null"/>.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out CatchUpCursor? cursor)
    {
        cursor = text is not null && Read(text.Trim(), out var read) is null ? read : null;
        return cursor is not null;
    }

    /// <summary>Whether the text is the same.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>Whether the text is the same.</returns>
    public bool Equals(CatchUpCursor? other) => other is not null && string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The text to store, of digits and <c>: , @ / -</c>. Its length grows with the number of open transactions.</summary>
    /// <returns>What <see cref="Parse"/> reads.</returns>
    public override string ToString() => Origin is null ? Snapshot : $"{Snapshot}@{Origin}";

    internal static CatchUpCursor Of(PgSnapshot state, string origin) => new(state, origin);

    static string? Read(string text, out CatchUpCursor cursor)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var origin = at < 0 ? null : text[(at + 1)..];
        var fault = PgSnapshot.Read(at < 0 ? text : text[..at], out var state);
        cursor = new CatchUpCursor(state, origin);
        if (fault is null && origin is not null && (origin.Length == 0 || origin.AsSpan().ContainsAnyExcept(s_originCharacters)))
            fault = "the origin must be made of digits, / and -";
        return fault;
    }
}
