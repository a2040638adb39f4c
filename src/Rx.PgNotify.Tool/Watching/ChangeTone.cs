namespace Rx.PgNotify.Tool.Watching;

/// <summary>What a piece of a line is, for its colour.</summary>
enum ChangeTone
{
    /// <summary>What stands between the others.</summary>
    Plain,

    /// <summary>A column's name.</summary>
    Name,

    /// <summary>What is there now.</summary>
    Present,

    /// <summary>What was there before.</summary>
    Former,

    /// <summary>A remark in place of values.</summary>
    Remark,
}
