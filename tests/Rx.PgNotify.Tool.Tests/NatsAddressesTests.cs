using Rx.PgNotify.Tool.Connections;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
sealed class NatsAddressesTests
{
    const string Secret = "hunter2";

    [TestCase("broker", false)]
    [TestCase("broker:4222", false)]
    [TestCase("nats://broker/", false)]
    [TestCase("NATS://broker", false)]
    [TestCase("tls://a:4222,tls://[::1]:4223", false)]
    [TestCase("wss://broker:443/nats?region=eu", false)]
    [TestCase("nats://me:p%2Fa%40s%2Cs%3F%23@a,nats://b", true)]
    [TestCase("nats://token@a,nats://token@b", true)]
    [TestCase("me:hunter2@broker:4222", true)]
    public void Check_OfAddressesThatNatsReads_LetsThemPass(string text, bool nameUser)
    {
        Assert.That(() => NatsAddresses.Check(text), Throws.Nothing);
        Assert.That(NatsAddresses.NameUser(text), Is.EqualTo(nameUser));
    }

    [TestCase("", "no address")]
    [TestCase("nats://a,", "no address")]
    [TestCase("nats://me:hunter2", "no address")]
    [TestCase("nats://me:1/hunter2@broker", "%2F")]
    [TestCase("nats://me:1?hunter2@broker", "%3F")]
    [TestCase("nats://me:1#hunter2@broker", "%23")]
    [TestCase("nats://me:1,hunter2@broker", "%2C")]
    [TestCase("wss://me:1/hunter2@broker", "%2F")]
    [TestCase("wss://me:1?hunter2@broker", "%3F")]
    [TestCase("wss://me:1#hunter2@broker", "%23")]
    [TestCase("http://me:hunter2@broker", "begins with nats://, tls://, ws://, wss://")]
    [TestCase("postgres://me:hunter2@broker", "begins with nats://")]
    public void Check_OfOthers_SaysWhyAndRepeatsNothing(string text, string reason)
    {
        var exception = Assert.Throws<FormatException>(() => NatsAddresses.Check(text))!;

        Assert.That(exception.Message, Does.Contain(reason).And.Not.Contain(Secret));
    }
}
