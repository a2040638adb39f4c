using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Rx.PgNotify.DependencyInjection.Tests;

[Parallelizable(ParallelScope.All)]
public class ConfigurationErrorTests
{
    const string Secret = "s3cr3t-pa55word";

    [TestCase("PgListener:Heartbeat", "00:00:00", "PgListener:Heartbeat must be from 00:00:01 to 01:00:00; it is '00:00:00'.")]
    [TestCase("PgListener:Heartbeat", "00:00:00.75", "PgListener:Heartbeat must be from 00:00:01 to 01:00:00; it is '00:00:00.7500000'.")]
    [TestCase("PgListener:Heartbeat", "soon", "PgListener:Heartbeat must be a time such as 00:00:10; it is 'soon'.")]
    [TestCase("PgListener:ReconnectBudget", "5", "PgListener:ReconnectBudget must be a time such as 00:00:10; it is '5'.")]
    [TestCase("PgListener:BufferCapacity", "1e3", "PgListener:BufferCapacity must be a whole number; it is '1e3'.")]
    [TestCase("PgListener:BufferBytes", "1", "PgListener:BufferBytes must be 65,536 or more; it is '1'.")]
    [TestCase("PgListener:Name", "", "PgListener:Name must be null, or 1 to 100 characters; it is ''.")]
    [TestCase("PgListener:Hartbeat", "00:00:05", "PgListener:Hartbeat is no setting; there are Name, Linger, BufferCapacity, ")]
    [TestCase("PgListener:Heartbeat:Seconds", "5", "PgListener:Heartbeat is one value; PgListener:Heartbeat:Seconds is no setting.")]
    [TestCase("PgListener:ConnectionStringName", "shop", "PgListener:ConnectionString and PgListener:ConnectionStringName are both set")]
    [TestCase("PgListener:ConnectionString", "Host=h;Port=" + Secret, "PgListener:ConnectionString can't be used: the value of its keyword 'port' is not accepted.")]
    [TestCase("PgListener:ConnectionString", "Password=" + Secret, "PgListener:ConnectionString can't be used: it names no Host.")]
    [TestCase("PgListener:ConnectionString", "postgres://u:a/" + Secret + "@h", "PgListener:ConnectionString can't be used: it is a URI, and there is an '@' after the first '/'")]
    [TestCase("PgListener:ConnectionString", "jdbc:postgresql://u:" + Secret + "@h", "PgListener:ConnectionString can't be used: it is a URI, but begins neither with postgres:// nor with postgresql://.")]
    public void WhatIsWrong_EndsTheStartAndIsNamedByItsKey(string key, string value, string expected)
    {
        using var host = TestHost.Build(
            builder => builder.Services.AddPgListener(builder.Configuration.GetSection("PgListener")),
            configuration: [("PgListener:ConnectionString", $"Host=h;Password={Secret}"), (key, value)]);
        Assert.That(
            async () => await host.StartAsync(),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains(expected).And.Message.Not.Contains(Secret));
    }

    [Test]
    public void AnUnknownConnectionStringName_IsNamed()
    {
        using var host = TestHost.Build(
            builder => builder.Services.AddPgListener(builder.Configuration.GetSection("Orders")),
            configuration: [("Orders:ConnectionStringName", "shop")]);
        Assert.That(
            async () => await host.StartAsync(),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("Orders:ConnectionStringName names 'shop', and ConnectionStrings:shop is not set."));
    }

    [TestCase("Host=h;Password=" + Secret)]
    [TestCase("postgres://u:" + Secret + "@h")]
    public void AConnectionString_InThePlaceOfAName_IsNotQuoted(string value)
    {
        using var host = TestHost.Build(
            builder => builder.Services.AddPgListener(builder.Configuration.GetSection("Orders")),
            configuration: [("Orders:ConnectionStringName", value)]);
        Assert.That(
            async () => await host.StartAsync(),
            Throws.InstanceOf<OptionsValidationException>()
                .With.Message.Contains("Orders:ConnectionStringName is no name of one of ConnectionStrings").And.Message.Not.Contains(Secret));
    }

    [Test]
    public void WithoutAnythingToConnectTo_TheStartFails()
    {
        using var host = TestHost.Build(builder => builder.Services.AddKeyedPgListener("orders"));
        Assert.That(
            async () => await host.StartAsync(),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("no NpgsqlDataSource is registered with the key 'orders', and no connection string is given."));
    }

    [Test]
    public void AllThatIsWrong_IsToldAtOnce_AndWhatTheApplicationSetIsNoKey()
    {
        using var host = TestHost.Build(
            builder => builder.Services.AddPgNotifier(builder.Configuration.GetSection("PgNotifier"), options => options.Capacity = 0),
            configuration: [("PgNotifier:MergeEqual", "perhaps")]);
        var error = Assert.Throws<OptionsValidationException>(() => host.StartAsync().GetAwaiter().GetResult())!;
        Assert.That(error.Failures, Is.EqualTo(new[]
        {
            "PgNotifier:MergeEqual must be true or false; it is 'perhaps'.",
            "PgNotifierOptions.Capacity must be from 1 to 1,048,576; it is '0'.",
            "There is nothing to connect to: no NpgsqlDataSource is registered, and neither PgNotifier:ConnectionString nor PgNotifier:ConnectionStringName is set.",
        }));
    }

    [Test]
    public async Task WithoutAHost_TheFirstWhoAsksIsTold()
    {
        var services = new ServiceCollection();
        services.AddPgListener($"Host=h;Password={Secret};nonsense");
        await using var provider = services.BuildServiceProvider();
        Assert.That(
            () => provider.GetRequiredService<PgListener>(),
            Throws.InstanceOf<OptionsValidationException>().With.Message.StartsWith("The connection string that was given can't be used: it has an unknown keyword").And.Message.Not.Contains(Secret));
    }

    [Test]
    public void AConnectionStringThatIsMissing_NamesWhereItIsLookedFor()
    {
        using var host = TestHost.Build(builder =>
        {
            // As nullable warnings are often silenced.
            var missing = builder.Configuration.GetConnectionString("missing")!;
            Action[] registrations =
            [
                () => builder.Services.AddPgListener(missing),
                () => builder.Services.AddPgListener(missing, (_, _) => { }),
                () => builder.Services.AddKeyedPgListener("key", missing),
                () => builder.Services.AddPgNotifier(missing),
                () => builder.Services.AddKeyedPgNotifier("key", missing, (_, _) => { }),
            ];
            foreach (var register in registrations)
            {
                Assert.That(
                    () => register(),
                    Throws.ArgumentNullException.With.Message.Contains("GetConnectionString(name)").And.Message.Contains("ConnectionStrings__name")
                        .And.Property(nameof(ArgumentException.ParamName)).EqualTo("connectionString"));
            }
        });
    }

    [Test]
    public void AKeyThatIsNull_IsRefusedAtOnce()
    {
        var services = new ServiceCollection();
        Assert.That(() => services.AddKeyedPgListener(null!, "Host=h"), Throws.ArgumentNullException);
        Assert.That(() => services.AddKeyedPgNotifier(null!, "Host=h"), Throws.ArgumentNullException);
    }
}
