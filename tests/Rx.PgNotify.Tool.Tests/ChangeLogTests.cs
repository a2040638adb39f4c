using System.Text.Json;
using Rx.PgNotify.Tool.Watching;
using Rx.PgNotify.Tool.Watching.Web;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
sealed class ChangeLogTests
{
    static readonly WatchedTable s_table = new("public", "orders", ["id"]);

    [Test]
    public async Task Read_ByABrowserThatComesBack_GivesHowThingsStand_AndWhatItHasNotSeen()
    {
        var log = new ChangeLog(s_table, TimeProvider.System);
        log.Add(new WatchEvent.State(new ListenerState.Listening()));
        log.Add(new WatchEvent.Watching(s_table));
        for (var number = 1; number <= 3; number++)
            log.Add(new WatchEvent.Notice($"{number}"));
        log.Complete();

        Assert.That(await TextsAsync(log, after: 0), Is.EqualTo(new[] { ("", "Live: each change is shown as it comes"), ("1", "1"), ("2", "2"), ("3", "3") }));
        Assert.That((await TextsAsync(log, after: 2))[1..], Is.EqualTo(new[] { ("3", "3") }));
        Assert.That(await TextsAsync(log, after: 1_000), Has.Count.EqualTo(4), "a number of an earlier run");
    }

    [Test]
    public async Task Read_ByABrowserThatIsSlow_MissesTheOldest_AndSeesItFromTheNumbers()
    {
        var log = new ChangeLog(s_table, TimeProvider.System);
        await using var slow = log.ReadAsync(0).GetAsyncEnumerator();
        log.Add(new WatchEvent.Notice("first"));
        await slow.MoveNextAsync();
        for (var number = 2; number <= 2_000; number++)
            log.Add(new WatchEvent.Notice("more"));

        await slow.MoveNextAsync();

        Assert.That(slow.Current.EventId, Is.EqualTo("1501"), "500 are kept");
    }

    static async Task<List<(string Number, string Text)>> TextsAsync(ChangeLog log, long after)
    {
        var texts = new List<(string, string)>();
        await foreach (var item in log.ReadAsync(after))
            texts.Add((item.EventId ?? "", JsonElement.Parse(item.Data).GetProperty("text").GetString()!));
        return texts;
    }
}
