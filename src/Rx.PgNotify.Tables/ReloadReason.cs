namespace Rx.PgNotify.Tables;

/// <summary>Why a <see cref="TableChange{T}.Reload"/> stands where rows might.</summary>
public enum ReloadReason
{
    /// <summary>Not given: the default of this type. No reload that <c>TableChanges</c> makes has it.</summary>
    Unknown = 0,

    /// <summary>A Resync: the subscription began, or notifications may be missing.</summary>
    Resync = 1,

    /// <summary>The trigger does not report rows, or these had no room in a payload.</summary>
    WithoutRows = 2,

    /// <summary>The table was truncated.</summary>
    Truncated = 3,

    /// <summary>A payload could not be read. Any role may send one.</summary>
    Malformed = 4,

    /// <summary>
    /// The table was altered since its triggers were installed, so that they can't report its rows as they are: install them
    /// again.
    /// </summary>
    TableAltered = 5,
}
