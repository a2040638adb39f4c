using System.Reactive.Linq;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

/// <summary>What is written on the channel itself gets the Resyncs too: nobody sends in these tests.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ChannelOverloadTests
{
    static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [Test]
    public async Task TableChanges_OfAChannel_BeginWithAReload()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var typeInfo = (JsonTypeInfo<int>)JsonSerializerOptions.Default.GetTypeInfo(typeof(int));

        var first = await listener.Channel(UniqueChannel.Name()).TableChanges(typeInfo, (_, _) => { }).FirstAsync().Timeout(s_limit);

        Assert.That(first, Is.EqualTo(new TableChange<int>.Reload(ReloadReason.Resync)));
    }

    [Test]
    public async Task TableChanges_OfAChannelWithoutTypeInformation_BeginWithAReload()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());

        var plain = await channel.TableChanges<int>((_, _) => { }).FirstAsync().Timeout(s_limit);
        var withOptions = await channel.TableChanges<int>(JsonSerializerOptions.Web, (_, _) => { }).FirstAsync().Timeout(s_limit);

        Assert.That(new[] { plain, withOptions }, Is.All.EqualTo(new TableChange<int>.Reload(ReloadReason.Resync)));
    }

    [Test]
    public async Task CatchUp_OfAChannel_LoadsAtOnce()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var failures = new List<Exception>();

        var plain = await channel.CatchUp(LoadAsync).FirstAsync().Timeout(s_limit);
        var retried = await channel.CatchUp(LoadAsync, options: new() { QueryFailed = failures.Add }).FirstAsync().Timeout(s_limit);

        Assert.That(plain.Rows.Concat(retried.Rows), Is.EqualTo(new[] { 1, 1 }));
        Assert.That(failures, Is.Empty);
    }

    [Test]
    public void NoChannel_IsRefused()
    {
        PgChannel none = null!;
        var typeInfo = (JsonTypeInfo<int>)JsonSerializerOptions.Default.GetTypeInfo(typeof(int));

        Assert.That(() => none.TableChanges(typeInfo, (_, _) => { }), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("channel"));
        Assert.That(() => none.TableChanges<int>((_, _) => { }), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("channel"));
        Assert.That(
            () => none.TableChanges<int>(JsonSerializerOptions.Web, (_, _) => { }), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("channel"));
        Assert.That(() => none.CatchUp(LoadAsync), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("channel"));
    }

    static Task<CatchUpBatch<int>> LoadAsync(CatchUpCursor? cursor, CancellationToken cancellation) =>
        Task.FromResult(new CatchUpBatch<int>(CatchUpCursor.Parse("1:1:"), [1]));
}
