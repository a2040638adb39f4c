using System.Collections.Concurrent;

namespace Rx.PgNotify.IntegrationTests.Delivery;

[Parallelizable(ParallelScope.All)]
public class AmbientStateTests
{
    static readonly AsyncLocal<string?> s_ambient = new();

    [Test]
    public async Task WhatAnObserverSetsForItsOwnCalls_IsNotSeenByOthersOnTheSameThread()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var foreign = new ConcurrentQueue<string>();
        var calls = 0;
        for (var i = 0; i < 50; i++)
        {
            var own = $"observer {i}";
            await channel.SubscribeAsync(_ =>
            {
                if (s_ambient.Value is { } seen && seen != own)
                    foreign.Enqueue($"{own} sees what {seen} has set");
                if (SynchronizationContext.Current is Context { Owner: var owner } && owner != own)
                    foreign.Enqueue($"{own} has the context of {owner}");
                s_ambient.Value = own;
                SynchronizationContext.SetSynchronizationContext(new Context(own));
                Interlocked.Increment(ref calls);
            });
        }

        for (var sent = 1; sent <= 20; sent++)
        {
            await TestServer.DataSource.NotifyAsync(channel.Name);
            await Eventually.IsTrueAsync(() => Volatile.Read(ref calls) == 50 * sent);
        }

        Assert.That(foreign, Is.Empty);
    }

    sealed class Context(string owner) : SynchronizationContext
    {
        public string Owner { get; } = owner;
    }
}
