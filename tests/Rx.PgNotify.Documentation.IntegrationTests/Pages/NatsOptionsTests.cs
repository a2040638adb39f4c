using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NATS.Client.Core;
using Rx.PgNotify.Nats;

namespace Rx.PgNotify.Documentation.IntegrationTests.Pages;

/// <summary>The page on NATS names all options, and its configuration is a valid one.</summary>
[Parallelizable(ParallelScope.All)]
public class NatsOptionsTests
{
    static readonly string[] s_page = File.ReadAllLines(Path.Combine(RepositoryFolder.Path, "docs", "nats.md"));

    [TestCase(typeof(NatsListenerOptions))]
    [TestCase(typeof(PgNatsBridgeOptions))]
    public void Table_OfAKindOfOptions_HasThemAll(Type options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var rows = s_page.SkipWhile(line => !line.EndsWith($"`{options.Name}`:", StringComparison.Ordinal)).Skip(4).TakeWhile(line => line.StartsWith('|'));
        var named = rows.SelectMany(row => row.Split('|')[1].Split(',')).Select(name => name.Trim().Trim('`'));
        Assert.That(named, Is.EquivalentTo(options.GetProperties().Select(property => property.Name)));
    }

    [Test]
    public void Configuration_OfThePage_IsValid()
    {
        var json = string.Join('\n', s_page.SkipWhile(line => line != "```json").Skip(1).TakeWhile(line => line != "```"));
        using var host = TestHost.Build(builder =>
        {
            builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)));
            builder.Services.AddSingleton<INatsConnection>(_ => new NatsConnection(new NatsOpts { Url = builder.Configuration["Nats:Url"]! }));
            builder.Services.AddPgNatsBridge(builder.Configuration.GetSection("Bridge"));
            builder.Services.AddNatsListener(builder.Configuration.GetSection("Receiver"));
        });
        Assert.That(() => host.Services.GetRequiredService<PgNatsBridge>(), Throws.Nothing);
        Assert.That(() => host.Services.GetRequiredService<NatsListener>(), Throws.Nothing);
    }
}
