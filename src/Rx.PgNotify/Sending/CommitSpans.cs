using System.Diagnostics;
using Npgsql;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Sending;

/// <summary>The spans of the commits of one round trip: one for each, if anybody listens.</summary>
sealed class CommitSpans
{
    readonly Activity?[] _activities;

    CommitSpans(Activity?[] activities) => _activities = activities;

    /// <summary>Begins them. Npgsql's own spans of the round trip become children of the first.</summary>
    internal static CommitSpans? Start(List<List<PendingSend>> commits)
    {
        if (!LibraryTracing.IsEnabled)
            return null;
        var activities = commits.ConvertAll(
            commit =>
            {
                LibraryTracing.MakeCurrent(null); // they are siblings
                return LibraryTracing.StartCommit(commit.ConvertAll(send => send.Channel), commit.Select(send => send.Origin));
            });
        LibraryTracing.MakeCurrent(activities[0]);
        return new CommitSpans([.. activities]);
    }

    /// <summary>Ends them.</summary>
    /// <param name="connection">What they went over.</param>
    /// <param name="committed">How many were made, the first ones.</param>
    /// <param name="failure">What the rest failed of.</param>
    internal void End(NpgsqlConnection connection, int committed, Exception? failure)
    {
        for (var i = 0; i < _activities.Length; i++)
            _activities[i].End(connection, i < committed ? null : failure);
    }
}
