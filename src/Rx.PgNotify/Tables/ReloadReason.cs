namespace Rx.PgNotify;

/// <summary>Why a <see cref="TableChange{T}.Reload"/> stands where rows might.</summary>
public enum ReloadReason
{
    /// <summary>A Resync: the subscription began, or notifications may be missing.</summary>
    Resync,

    /// <summary>The trigger does not report rows, or these had no room in a payload.</summary>
    WithoutRows,

    /// <summary>The table was truncated.</summary>
    Truncated,

    /// <summary>A payload could not be read. Any role may send one.</summary>
    Malformed,

    /// <summary>
    /// The table was altered since its triggers were installed, so that they can't report its rows as they are: install them
    /// again.
    /// </summary>
    TableAltered,
}
