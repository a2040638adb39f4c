using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Sending;

namespace Rx.PgNotify.Tests.Sending;

/// <summary>Which sends go into which commit. On a failure FsCheck prints the seed and the smallest case.</summary>
public class CommitPlanTests
{
    static readonly NotifierMetrics s_metrics = new(LibraryMeter.Of(null).Notifiers, null);

    // Characters stand for sends: a letter for the channel, upper or lower case for one of two payloads.
    [TestCase("ab", ExpectedResult = "ab")]
    [TestCase("aa", ExpectedResult = "a|a")]
    [TestCase("aA", ExpectedResult = "aA")]
    [TestCase("aaAb", ExpectedResult = "ab|aA", Description = "what follows on the same channel goes no earlier, another channel does")]
    [TestCase("aabb", ExpectedResult = "ab|ab")]
    [TestCase("aaa", ExpectedResult = "a|a|a")]
    [TestCase("aAa", ExpectedResult = "aA|a")]
    public string EqualPairs_GoIntoSuccessiveCommits(string sends)
    {
        var plan = new CommitPlan();

        plan.Add(Sends(sends), mergeEqual: false);

        return Text(plan.TakeNext(new RoundTripSize(TimeSpan.FromSeconds(1))));
    }

    [Test]
    public void EqualPairs_ThatMayBeDeliveredOnce_GoIntoOneCommit()
    {
        var plan = new CommitPlan();

        plan.Add(Sends("aab"), mergeEqual: true);

        Assert.That(Text(All(plan)), Is.EqualTo("aab"));
    }

    [FsCheck.NUnit.Property(MaxTest = 1_000)]
    public void EachCommit_HasNoPairTwice_AndEachChannelKeepsItsOrder_InAsFewCommitsAsCanBe(bool[][] choices)
    {
        // Few channels and payloads, so that many are equal.
        var sends = Sends(string.Concat(choices.Select(bits => "aAbBcC"[bits.Count(bit => bit) % 6])));
        var plan = new CommitPlan();

        plan.Add(sends, mergeEqual: false);

        var commits = All(plan);
        Assert.That(commits.SelectMany(commit => commit), Is.EquivalentTo(sends));
        foreach (var commit in commits)
            Assert.That(commit.Select(send => (send.Channel, send.Payload)), Is.Unique);
        var fewest = 0;
        foreach (var channel in sends.GroupBy(send => send.Channel, StringComparer.Ordinal))
        {
            Assert.That(commits.SelectMany(commit => commit).Where(send => send.Channel == channel.Key), Is.EqualTo(channel));
            fewest = Math.Max(fewest, CountCommits(channel));
        }

        Assert.That(commits, Has.Count.EqualTo(fewest));
    }

    [Test]
    public void SendsThatHaveEndedMeanwhile_AreLeftOut()
    {
        using var source = new CancellationTokenSource();
        var sends = Sends("abc");
        sends[1] = Send('b', source.Token);
        var plan = new CommitPlan();
        plan.Add(sends, mergeEqual: false);

        source.Cancel();

        Assert.That(Text(All(plan)), Is.EqualTo("ac"));
    }

    [Test]
    public void ARoundTrip_TakesNoMoreCommitsThanItsSize_AndTheRestLater()
    {
        var size = new RoundTripSize(TimeSpan.FromSeconds(1));
        var plan = new CommitPlan();
        plan.Add(Sends(new string('a', size.Commits + 2)), mergeEqual: false);

        Assert.That(plan.TakeNext(size), Has.Count.EqualTo(size.Commits));
        Assert.That(plan.TakeNext(size), Has.Count.EqualTo(2));
        Assert.That(plan.IsEmpty);
    }

    [Test]
    public void ARoundTrip_TakesNoMoreBytesThanItsSize_ButOneSendAtLeast()
    {
        var size = new RoundTripSize(TimeSpan.FromSeconds(1));
        var (half, huge) = (new string('x', (size.Bytes / 2) - 1), new string('y', 2 * size.Bytes));
        var plan = new CommitPlan();
        plan.Add([Send("a", half), Send("b", half), Send("c", "1"), Send("d", huge), Send("e", "2")], mergeEqual: false);

        Assert.That(Channels(plan.TakeNext(size)), Is.EqualTo("ab"));
        Assert.That(Channels(plan.TakeNext(size)), Is.EqualTo("c"));
        Assert.That(Channels(plan.TakeNext(size)), Is.EqualTo("d"));
        Assert.That(Channels(plan.TakeNext(size)), Is.EqualTo("e"));
        Assert.That(plan.IsEmpty);
    }

    [Test]
    public void CommitsThatArePutBack_GoFirst()
    {
        var size = new RoundTripSize(TimeSpan.FromSeconds(1));
        var plan = new CommitPlan();
        plan.Add(Sends("aab"), mergeEqual: false);
        var taken = plan.TakeNext(size);
        plan.Add(Sends("c"), mergeEqual: false);

        plan.PutBack(taken);

        Assert.That(plan.Sends.Select(send => send.Channel), Is.EqualTo(["a", "b", "a", "c"]));
        Assert.That(Text(plan.TakeNext(size)), Is.EqualTo("ab|a|c"));
    }

    [Test]
    public void TakingAll_LeavesNothing()
    {
        var plan = new CommitPlan();
        plan.Add(Sends("aab"), mergeEqual: false);

        Assert.That(plan.TakeAll().Select(send => send.Channel), Is.EqualTo(["a", "b", "a"]));
        Assert.That(plan.IsEmpty);
    }

    // A new one whenever the present one has the pair already.
    static int CountCommits(IEnumerable<PendingSend> channel)
    {
        var commits = 1;
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var send in channel)
        {
            if (present.Add(send.Payload))
                continue;
            commits++;
            present = new HashSet<string>(StringComparer.Ordinal) { send.Payload };
        }

        return commits;
    }

    static List<List<PendingSend>> All(CommitPlan plan)
    {
        var all = new List<List<PendingSend>>();
        while (!plan.IsEmpty)
            all.AddRange(plan.TakeNext(new RoundTripSize(TimeSpan.FromSeconds(1))));
        return all;
    }

    static List<PendingSend> Sends(string sends) => [.. sends.Select(send => Send(send))];

    static PendingSend Send(char send, CancellationToken cancellationToken = default) =>
        new($"{char.ToLowerInvariant(send)}", $"{send}", TimeSpan.MaxValue, s_metrics, cancellationToken);

    static PendingSend Send(string channel, string payload) => new(channel, payload, TimeSpan.MaxValue, s_metrics, default);

    static string Text(List<List<PendingSend>> commits) =>
        string.Join('|', commits.Select(commit => string.Concat(commit.Select(send => send.Payload))));

    static string Channels(List<List<PendingSend>> commits) =>
        string.Join('|', commits.Select(commit => string.Concat(commit.Select(send => send.Channel))));
}
