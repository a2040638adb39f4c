using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using NATS.Client.Core;

namespace Rx.PgNotify.Nats.IntegrationTests.Registration;

/// <summary>Whatever is wrong in a section ends the start of the host, and is named by its key.</summary>
[Parallelizable(ParallelScope.All)]
public class SectionErrorTests
{
    const string Secret = "s3cr3t-pa55word";

    const string PrefixRange = "must be 1 to 100 letters, digits, hyphens and underscores, with single dots between them";

    [TestCase("Receiver:SubjectPrefix", "a b", "Receiver:SubjectPrefix " + PrefixRange + "; it is 'a b'.")]
    [TestCase("Receiver:AnswerTimeout", "00:00:00.05", "Receiver:AnswerTimeout must be from 00:00:00.1000000 to 01:00:00; it is '00:00:00.0500000'.")]
    [TestCase("Receiver:AnswerTimeout", "5", "Receiver:AnswerTimeout must be a time such as 00:00:10; it is '5'.")]
    [TestCase("Receiver:Name", "", "Receiver:Name must be null, or 1 to 100 characters; it is ''.")]
    [TestCase("Receiver:Linger", "-00:00:01", "Receiver:Linger must be from 00:00:00 to 1.00:00:00; it is '-00:00:01'.")]
    [TestCase("Receiver:BufferCapacity", "0", "Receiver:BufferCapacity must be from 1 to 16,777,216; it is '0'.")]
    [TestCase("Receiver:BufferBytes", "1", "Receiver:BufferBytes must be 65,536 or more; it is '1'.")]
    [TestCase("Receiver:ReconnectDelay", "00:00:00", "Receiver:ReconnectDelay must be from 00:00:00.0010000 to 01:00:00; it is '00:00:00'.")]
    [TestCase("Receiver:MaxReconnectDelay", "00:00:00", "Receiver:MaxReconnectDelay must be from 00:00:00.1000000 to 1.00:00:00; it is '00:00:00'.")]
    [TestCase("Receiver:ReconnectBudget", "-00:00:01", "Receiver:ReconnectBudget must be null, zero or more; it is '-00:00:01'.")]
    [TestCase("Receiver:ReconnectBudget:Minutes", "5", "Receiver:ReconnectBudget is one value; Receiver:ReconnectBudget:Minutes is no setting.")]
    [TestCase("Receiver:Heartbeat", "00:00:05", "Receiver:Heartbeat is no setting; there are SubjectPrefix, AnswerTimeout, Name, Linger, ")]
    [TestCase("Receiver:Url", "nats://u:" + Secret + "@h", "Receiver:Url is no setting; there are SubjectPrefix, ")]
    [TestCase("Receiver:ConnectionString", "Host=h;Password=" + Secret, "Receiver:ConnectionString is no setting; there are SubjectPrefix, ")]
    public void WhatIsWrongOfAListener_EndsTheStart_WithAndWithoutAKey(string key, string value, string expected)
    {
        AssertStartFails(builder => builder.Services.AddNatsListener(builder.Configuration.GetSection("Receiver")), expected, (key, value));
        AssertStartFails(builder => builder.Services.AddKeyedNatsListener("key", builder.Configuration.GetSection("Receiver")), expected, (key, value));
    }

    [TestCase("Bridge:SubjectPrefix", ">", "Bridge:SubjectPrefix " + PrefixRange + "; it is '>'.")]
    [TestCase("Bridge:Channels", "orders", "Bridge:Channels must be a list; it is 'orders'.")]
    [TestCase("Bridge:Channels:0", "", "Bridge:Channels: A channel name has 1 to 63 bytes of UTF-8; this one is empty.")]
    [TestCase("Bridge:Channels:0", null, "Bridge:Channels:0 has no value.")]
    [TestCase("Bridge:Channels:0:Name", "orders", "Bridge:Channels:0 is one value; Bridge:Channels:0:Name is no setting.")]
    [TestCase("Bridge:ListedOnly", "yes", "Bridge:ListedOnly must be true or false; it is 'yes'.")]
    [TestCase("Bridge:MaxAskedChannels", "-1", "Bridge:MaxAskedChannels must be 0 or more; it is '-1'.")]
    [TestCase("Bridge:Heartbeat", "00:00:00.5", "Bridge:Heartbeat must be from 00:00:01 to 00:30:00; it is '00:00:00.5000000'.")]
    [TestCase("Bridge:Linger", "00:00:01", "Bridge:Linger must be from 00:01:00 to 1.00:00:00; it is '00:00:01'.")]
    [TestCase("Bridge:BufferCapacity", "many", "Bridge:BufferCapacity must be a whole number; it is 'many'.")]
    [TestCase("Bridge:BufferBytes", "65535", "Bridge:BufferBytes must be 65,536 or more; it is '65535'.")]
    [TestCase("Bridge:Chanels:0", "orders", "Bridge:Chanels is no setting; there are SubjectPrefix, Channels, ListedOnly, ")]
    [TestCase("Bridge:ConnectionString", "Host=h;Port=" + Secret, "Bridge:ConnectionString can't be used: the value of its keyword 'port' is not accepted.")]
    [TestCase("Bridge:ConnectionStringName", "shop", "Bridge:ConnectionString and Bridge:ConnectionStringName are both set")]
    public void WhatIsWrongOfABridge_EndsTheStart(string key, string? value, string expected) =>
        AssertStartFails(
            builder => builder.Services.AddPgNatsBridge(builder.Configuration.GetSection("Bridge")),
            expected,
            ("Bridge:ConnectionString", $"Host=h;Password={Secret}"),
            (key, value));

    [Test]
    public void AnUnknownConnectionStringName_IsNamed() =>
        AssertStartFails(
            builder => builder.Services.AddPgNatsBridge(builder.Configuration.GetSection("Bridge")),
            "Bridge:ConnectionStringName names 'shop', and ConnectionStrings:shop is not set.",
            ("Bridge:ConnectionStringName", "shop"));

    static void AssertStartFails(Action<HostApplicationBuilder> register, string expected, params (string Key, string? Value)[] configuration)
    {
        using var host = TestHost.Build(
            builder =>
            {
                builder.Services.AddSingleton<INatsConnection>(_ => new NatsConnection());
                register(builder);
            },
            configuration: configuration);
        Assert.That(
            () => host.StartAsync().GetAwaiter().GetResult(),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains(expected).And.Message.Not.Contains(Secret));
    }
}
