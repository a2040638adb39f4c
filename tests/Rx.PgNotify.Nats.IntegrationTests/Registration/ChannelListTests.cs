using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Rx.PgNotify.Nats.IntegrationTests.Registration;

/// <summary>The channels of a bridge are a list in its section.</summary>
[Parallelizable(ParallelScope.All)]
public class ChannelListTests
{
    [Test]
    public void AListInAFile_IsThatList_AndTheApplicationMayAddToIt()
    {
        using var host = SectionHost.Build(builder =>
        {
            builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes("""{ "Bridge": { "Channels": ["orders", "items"] } }""")));
            builder.Services.Configure<PgNatsBridgeOptions>(options => options.Channels = ["of the application"]);
            builder.Services.AddPgNatsBridge(builder.Configuration.GetSection("Bridge"), options => options.Channels.Add("stock"));
        });
        Assert.That(SectionHost.Of<PgNatsBridgeOptions>(host).Channels, Is.EqualTo(new[] { "orders", "items", "stock" }));
    }

    [Test]
    public void AListOfNothing_IsEmpty_AndOneThatIsNotThere_ChangesNothing()
    {
        string[] kept = ["of the application"];
        Assert.That(ChannelsAfter(("Bridge:Channels", "")), Is.Empty);
        Assert.That(ChannelsAfter(("Bridge:Channels", null)), Is.EqualTo(kept));
        Assert.That(ChannelsAfter(("Bridge:SubjectPrefix", "shop")), Is.EqualTo(kept));

        static IEnumerable<string> ChannelsAfter((string Key, string? Value) setting)
        {
            using var host = SectionHost.Build(
                builder =>
                {
                    builder.Services.Configure<PgNatsBridgeOptions>(options => options.Channels = ["of the application"]);
                    builder.Services.AddPgNatsBridge(builder.Configuration.GetSection("Bridge"));
                },
                setting);
            return SectionHost.Of<PgNatsBridgeOptions>(host).Channels;
        }
    }
}
