using System.Runtime.InteropServices;

namespace Rx.PgNotify.Sending;

/// <summary>Sends in the order in which they go out, divided into commits.</summary>
/// <remarks>
/// PostgreSQL delivers equal pairs of channel and payload of one transaction once, so equal pairs go into successive
/// commits. A later send on the same channel never goes into an earlier commit than the ones before it: so each channel keeps its
/// order. Used by the pump alone.
/// </remarks>
sealed class CommitPlan
{
    List<List<PendingSend>> _commits = [];

    internal bool IsEmpty => _commits.Count == 0;

    internal IEnumerable<PendingSend> Sends => _commits.SelectMany(commit => commit);

    /// <summary>Divides sends and adds them at the end.</summary>
    /// <param name="sends">In the order of the calls.</param>
    /// <param name="mergeEqual">Whether PostgreSQL may deliver equal pairs once: all go into one commit.</param>
    internal void Add(List<PendingSend> sends, bool mergeEqual)
    {
        if (mergeEqual)
        {
            _commits.Add(sends);
            return;
        }

        var first = _commits.Count;
        var ofChannel = new Dictionary<string, int>(StringComparer.Ordinal);
        var lastOfPair = new Dictionary<(string, string), int>();
        foreach (var send in sends)
        {
            ref var commit = ref CollectionsMarshal.GetValueRefOrAddDefault(ofChannel, send.Channel, out var isKnown);
            if (!isKnown)
                commit = first;
            ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(lastOfPair, (send.Channel, send.Payload), out isKnown);
            if (isKnown && last == commit)
                commit++;
            last = commit;
            if (commit == _commits.Count)
                _commits.Add([]);
            _commits[commit].Add(send);
        }
    }

    /// <summary>Puts commits back before all others.</summary>
    internal void PutBack(IEnumerable<List<PendingSend>> commits) => _commits.InsertRange(0, commits);

    /// <summary>Takes out the commits that come next, without the sends that are completed already, by a cancel.</summary>
    internal List<List<PendingSend>> TakeNext(RoundTripSize size)
    {
        var next = new List<List<PendingSend>>();
        var bytes = 0;
        var taken = 0;
        while (taken < _commits.Count && next.Count < size.Commits)
        {
            var commit = _commits[taken];
            commit.RemoveAll(send => send.IsCompleted);
            var fits = CountThatFit(commit, size.Bytes, ref bytes, isFirst: next.Count == 0);
            if (fits > 0)
                next.Add(commit[..fits]);
            if (fits < commit.Count)
            {
                commit.RemoveRange(0, fits);
                break;
            }

            taken++;
        }

        _commits.RemoveRange(0, taken);
        return next;
    }

    static int CountThatFit(List<PendingSend> commit, int most, ref int bytes, bool isFirst)
    {
        for (var i = 0; i < commit.Count; i++)
        {
            bytes += commit[i].Size;
            if (bytes > most && !(isFirst && i == 0))
                return i;
        }

        return commit.Count;
    }

    internal List<PendingSend> TakeAll()
    {
        List<PendingSend> all = [.. Sends];
        _commits = [];
        return all;
    }
}
