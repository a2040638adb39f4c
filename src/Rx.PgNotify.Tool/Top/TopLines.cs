using System.Globalization;
using Rx.PgNotify.Tool.Output;

namespace Rx.PgNotify.Tool.Top;

/// <summary>A snapshot as lines of text: what can be known of the queue, then a table of the sessions.</summary>
static class TopLines
{
    // The most that a column takes, so that one long name does not push away the others.
    static readonly (string Name, int Most)[] s_columns =
    [
        ("PID", 7), ("DOES", 8), ("CHANNELS", 20), ("FOR", 5), ("XACT", 5), ("STATE", 24), ("USER@DATABASE", 24), ("APPLICATION", 20), ("CLIENT", 15),
        ("LAST STATEMENT", int.MaxValue),
    ];

    const double QueueIsGrowing = 0.1;
    const double QueueIsFilling = 0.5;

    /// <param name="snapshot">What to show.</param>
    /// <param name="earlier">The one before, for the rate.</param>
    /// <param name="target">Where it is from.</param>
    internal static IEnumerable<(string Text, TopTone Tone)> Of(Snapshot snapshot, Snapshot? earlier, string target)
    {
        yield return ($"{target}, PostgreSQL {PlainText.OneLine(snapshot.Server.Version)}{(snapshot.Server.IsInRecovery ? ", a standby: nobody can listen or notify here" : "")}", TopTone.Plain);
        yield return ($"Queue      {Queue(snapshot, earlier)}", snapshot.Server.QueueUsage switch
        {
            < QueueIsGrowing => TopTone.Plain,
            < QueueIsFilling => TopTone.Warning,
            _ => TopTone.Problem,
        });
        yield return ($"Held back  {HeldBack(snapshot)}", snapshot.SlowestListener is null ? TopTone.Plain : TopTone.Warning);
        yield return (string.Create(CultureInfo.InvariantCulture, $"Commits    {snapshot.Commits.UnderWay} with notifications under way, {snapshot.Commits.Waiting} waiting"), TopTone.Plain);
        yield return ("", TopTone.Plain);
        foreach (var line in Table(snapshot))
            yield return line;
        yield return ("", TopTone.Plain);
        yield return (Others(snapshot), TopTone.Faint);
        if (snapshot.HiddenCount > 0)
            yield return (string.Create(CultureInfo.InvariantCulture, $"{snapshot.HiddenCount} of other roles hidden: GRANT pg_read_all_stats shows them."), TopTone.Warning);
    }

    static string Queue(Snapshot snapshot, Snapshot? earlier)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{snapshot.Server.QueueUsage * 100:0.##} % of {Bytes(snapshot.Server.QueueBytes)} in use");
        return snapshot.BytesPerSecondSince(earlier) is { } rate ? $"{text}, {Bytes(rate)} a second written" : text;
    }

    static string HeldBack(Snapshot snapshot)
    {
        var isInUse = snapshot.Server.QueueUsage > 0;
        if (snapshot.SlowestListener is { } slowest)
        {
            var why = slowest.TransactionAge is { } age ? $"in a transaction for {Age(age)}" : $"its client has not read for {Age(slowest.StateAge)}";
            var doubt = slowest.MayListen ? ", if it still listens" : "";
            return string.Create(CultureInfo.InvariantCulture, $"by {slowest.ProcessId}, which listens: {why}{doubt}{(isInUse ? "" : " (nothing waits yet)")}");
        }

        return (isInUse, snapshot.OldestTransaction) switch
        {
            (true, { } oldest) => string.Create(CultureInfo.InvariantCulture, $"by a session not known to listen; {oldest.ProcessId} has the oldest transaction, {Age(oldest.TransactionAge)}"),
            (true, null) => "by a session not known to listen, or a moment's traffic",
            _ => "by nobody",
        };
    }

    static IEnumerable<(string, TopTone)> Table(Snapshot snapshot)
    {
        var sessions = snapshot.Concerned;
        var cells = sessions.Select(Cells).Prepend([.. s_columns.Select(column => column.Name)]).ToArray();
        var widths = s_columns.Select((_, i) => cells.Max(row => row[i].Length)).ToArray();
        yield return (Line(cells[0], widths), TopTone.Heading);
        for (var i = 0; i < sessions.Count; i++)
            yield return (Line(cells[i + 1], widths), sessions[i] == snapshot.SlowestListener ? TopTone.Warning : TopTone.Plain);
    }

    static string[] Cells(Session session)
    {
        string[] cells =
        [
            session.ProcessId.ToString(CultureInfo.InvariantCulture),
            Role(session),
            Channels(session),
            Age(session.StateAge),
            Age(session.TransactionAge),
            session.Wait is { } wait ? $"{session.State} {wait}" : session.State ?? "",
            $"{session.User}@{session.Database}",
            session.Application,
            session.Client ?? "local",
            session.Query,
        ];
        return [.. cells.Select((cell, i) => Shortened(PlainText.OneLine(cell), s_columns[i].Most))];
    }

    static string Role(Session session) => session switch
    {
        { HoldsCommitLock: true } => "commits",
        { HoldsCommitLock: false } => "waits",
        { MayListen: true } => "listens?",
        { Listens: true } => "listens",
        { Notifies: true } => "notifies",
        _ => "?",
    };

    static string Channels(Session session) => string.Join(", ", session.Listens && session.HoldsCommitLock is null ? session.Channels : session.Facts.Notified);

    static string Line(string[] cells, int[] widths) => string.Join("  ", cells.Select((cell, i) => i == 0 ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd();

    static string Others(Snapshot snapshot) => string.Create(
        CultureInfo.InvariantCulture,
        $"{snapshot.OtherCount} other {(snapshot.OtherCount == 1 ? "session" : "sessions")}. Who listens is known from statements that were seen; PostgreSQL shows no more.");

    static string Shortened(string text, int most) => text.Length <= most ? text : $"{text[..(most - 1)]}…";

    static string Age(TimeSpan? age) => age is not { } t ? "" : t switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{t.Seconds}s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{t.Minutes}m{t.Seconds:00}"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{t.Hours}h{t.Minutes:00}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Min(t.TotalDays, 9_999):0}d"),
    };

    static string Bytes(double bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        var unit = 0;
        for (; bytes >= 1_024 && unit < units.Length - 1; unit++)
            bytes /= 1_024;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.#} {units[unit]}");
    }
}
