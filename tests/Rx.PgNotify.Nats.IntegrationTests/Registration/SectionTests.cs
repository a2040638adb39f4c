using Microsoft.Extensions.DependencyInjection;

namespace Rx.PgNotify.Nats.IntegrationTests.Registration;

/// <summary>Options come from a section of the configuration, and then from the application.</summary>
[Parallelizable(ParallelScope.All)]
public class SectionTests
{
    [Test]
    public void AListenersOptions_AreTheSections()
    {
        using var host = SectionHost.Build(
            builder => builder.Services.AddNatsListener(builder.Configuration.GetSection("Receiver")),
            ("Receiver:subjectprefix", "shop"),
            ("Receiver:AnswerTimeout", "00:00:02"),
            ("Receiver:Name", "orders"),
            ("Receiver:Linger", "00:00:03.25"),
            ("Receiver:BufferCapacity", "4"),
            ("Receiver:BufferBytes", "100000"),
            ("Receiver:ReconnectDelay", "00:00:00.5"),
            ("Receiver:MaxReconnectDelay", "00:00:06"),
            ("Receiver:ReconnectBudget", "1.00:00:00"));
        Assert.That(host.Services.GetService<NatsListener>(), Is.Not.Null);
        var options = SectionHost.Of<NatsListenerOptions>(host);
        Assert.That(
            (options.SubjectPrefix, options.AnswerTimeout, options.Name, options.Linger, options.BufferCapacity, options.BufferBytes),
            Is.EqualTo(("shop", TimeSpan.FromSeconds(2), "orders", TimeSpan.FromSeconds(3.25), 4, 100_000L)));
        Assert.That(
            (options.ReconnectDelay, options.MaxReconnectDelay, options.ReconnectBudget),
            Is.EqualTo((TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(6), (TimeSpan?)TimeSpan.FromDays(1))));
    }

    [Test]
    public void ABridgesOptions_AreTheSections()
    {
        using var host = SectionHost.Build(
            builder => builder.Services.AddPgNatsBridge(builder.Configuration.GetSection("Bridge")),
            ("ConnectionStrings:shop", "postgres://u:p@h/shop"),
            ("Bridge:ConnectionStringName", "shop"),
            ("Bridge:SubjectPrefix", "shop"),
            ("Bridge:Channels:0", "orders"),
            ("Bridge:Channels:1", "items, and more"),
            ("Bridge:ListedOnly", "true"),
            ("Bridge:MaxAskedChannels", "7"),
            ("Bridge:Heartbeat", "00:00:02"),
            ("Bridge:Linger", "00:01:00"),
            ("Bridge:BufferCapacity", "4"),
            ("Bridge:BufferBytes", "100000"));
        Assert.That(host.Services.GetService<PgNatsBridge>(), Is.Not.Null);
        var options = SectionHost.Of<PgNatsBridgeOptions>(host);
        Assert.That(options.Channels, Is.EqualTo(new[] { "orders", "items, and more" }));
        Assert.That(
            (options.SubjectPrefix, options.ListedOnly, options.MaxAskedChannels, options.Heartbeat, options.Linger, options.BufferCapacity, options.BufferBytes),
            Is.EqualTo(("shop", true, 7, TimeSpan.FromSeconds(2), (TimeSpan?)TimeSpan.FromMinutes(1), 4, 100_000L)));
    }

    [Test]
    public void WhatTheApplicationSets_WinsOverTheSection([Values] bool withServices)
    {
        using var host = SectionHost.Build(
            builder =>
            {
                builder.Services.AddSingleton("of the application");
                var (receiver, bridge) = (builder.Configuration.GetSection("Receiver"), builder.Configuration.GetSection("Bridge"));
                if (withServices)
                {
                    builder.Services.AddNatsListener(receiver, (services, options) => options.Name = services.GetRequiredService<string>());
                    builder.Services.AddKeyedNatsListener("key", receiver, (services, options) => options.Name = services.GetRequiredService<string>());
                    builder.Services.AddPgNatsBridge(bridge, (services, options) => options.Channels = [services.GetRequiredService<string>()]);
                }
                else
                {
                    builder.Services.AddNatsListener(receiver, options => options.Name = "of the application");
                    builder.Services.AddKeyedNatsListener("key", receiver, options => options.Name = "of the application");
                    builder.Services.AddPgNatsBridge(bridge, options => options.Channels = ["of the application"]);
                }
            },
            ("Receiver:Name", "of the section"),
            ("Receiver:SubjectPrefix", "shop"),
            ("Bridge:Channels:0", "of the section"),
            ("Bridge:SubjectPrefix", "shop"));
        foreach (var key in (string?[])[null, "key"])
        {
            var options = SectionHost.Of<NatsListenerOptions>(host, key);
            Assert.That((options.Name, options.SubjectPrefix), Is.EqualTo(("of the application", "shop")));
        }

        var bridges = SectionHost.Of<PgNatsBridgeOptions>(host);
        Assert.That((bridges.Channels.Single(), bridges.SubjectPrefix), Is.EqualTo(("of the application", "shop")));
    }

    [Test]
    public void AFurtherRegistration_AddsItsOwn_ForTheSameKeyAlone()
    {
        using var host = SectionHost.Build(
            builder =>
            {
                builder.Services.AddKeyedNatsListener("key", builder.Configuration.GetSection("First"), options => options.BufferCapacity = 4);
                builder.Services.AddKeyedNatsListener("key", builder.Configuration.GetSection("Second"));
                builder.Services.AddKeyedNatsListener("other");
                builder.Services.PostConfigure<NatsListenerOptions>("key", options => options.Linger += TimeSpan.FromSeconds(1));
            },
            ("First:SubjectPrefix", "first"),
            ("First:Linger", "00:00:08"),
            ("Second:SubjectPrefix", "second"));
        var options = SectionHost.Of<NatsListenerOptions>(host, "key");
        Assert.That(
            (options.Name, options.SubjectPrefix, options.Linger, options.BufferCapacity), Is.EqualTo(("key", "second", TimeSpan.FromSeconds(9), 4)));
        var other = SectionHost.Of<NatsListenerOptions>(host, "other");
        Assert.That((other.Name, other.SubjectPrefix), Is.EqualTo(("other", "pgnotify")));
        Assert.That(host.Services.GetService<NatsListener>(), Is.Null);
    }
}
