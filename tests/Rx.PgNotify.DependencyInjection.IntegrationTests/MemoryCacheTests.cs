using System.Reactive.Linq;
using Microsoft.Extensions.Caching.Memory;

namespace Rx.PgNotify.DependencyInjection.IntegrationTests;

[Parallelizable(ParallelScope.All)]
public class MemoryCacheTests
{
    [Test]
    public async Task AnEntry_IsKeptUntilTheChannelIsNotified_AndReadAnewAfterwards()
    {
        var channel = UniqueChannel.Name("cache");
        await using var listener = new PgListener(TestServer.ConnectionString);
        using var cache = new MemoryCache(new MemoryCacheOptions());
        var reads = 0;

        // Past the change that every first token has.
        var first = listener.ChangeToken(channel);
        await Eventually.IsTrueAsync(() => first.HasChanged);
        var before = Read();
        Assert.That(Enumerable.Range(0, 100).Select(_ => Read()), Is.All.EqualTo(before));

        await TestServer.DataSource.NotifyAsync(channel);
        await Eventually.IsTrueAsync(() => Read() == before + 1);
        Assert.That(Enumerable.Range(0, 100).Select(_ => Read()), Is.All.EqualTo(before + 1));

        int Read() => cache.GetOrCreate("tea", entry =>
        {
            entry.AddExpirationToken(listener.ChangeToken(channel));
            return Interlocked.Increment(ref reads);
        });
    }

    [Test]
    public async Task EntriesThatAreRemoved_LeaveTheChannel()
    {
        var linger = TimeSpan.FromMilliseconds(50);
        await using var listener = new PgListener(TestServer.ConnectionString, new PgListenerOptions { Linger = linger });
        using var cache = new MemoryCache(new MemoryCacheOptions());
        var channel = UniqueChannel.Name("cache");
        using (await listener.Channel(channel).SubscribeAsync(_ => { }))
            await Eventually.IsTrueAsync(() => Read() == Read());
        // The state follows the acknowledgement.
        Assert.That(await listener.State.FirstAsync(state => state is ListenerState.Listening).Timeout(Eventually.Deadline), Is.Not.Null);

        cache.Remove("tea");
        await Eventually.IsTrueAsync(() => listener.CurrentState is ListenerState.Idle);

        object Read() => cache.GetOrCreate("tea", entry =>
        {
            entry.AddExpirationToken(listener.ChangeToken(channel, linger));
            return new object();
        })!;
    }
}
