using System.Text;

namespace Rx.PgNotify.IntegrationTests.Delivery;

[Parallelizable(ParallelScope.All)]
public class PayloadTests
{
    [Test]
    public async Task EveryPayloadLengthUpTo7999Bytes_ComesThroughUnchanged()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<Notification>();
        using var subscription = await channel.SubscribeAsync(recorder);
        await using var command = TestServer.DataSource.CreateCommand(
            "SELECT count(pg_notify($1, repeat('é', n / 2) || repeat('x', n % 2))) FROM generate_series(0, 7999) n");
        command.Parameters.AddWithValue(channel.Name);
        await command.ExecuteNonQueryAsync();
        await recorder.UntilCountAsync(8_000);

        var byLength = recorder.Items.ToDictionary(item => Encoding.UTF8.GetByteCount(item.Payload), item => item.Payload);
        for (var n = 0; n < 8_000; n++)
            Assert.That(byLength[n] == new string('é', n / 2) + new string('x', n % 2), $"payload of {n} bytes");
    }

    [Test]
    public async Task EveryUnicodeScalarValue_ComesThroughUnchanged()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<Notification>();
        using var subscription = await channel.SubscribeAsync(recorder);
        var sent = Texts().ToList();
        await using var connection = await TestServer.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var text in sent)
            await connection.NotifyAsync(channel.Name, text);
        await transaction.CommitAsync();
        await recorder.UntilCountAsync(sent.Count);
        Assert.That(recorder.Items.Select(item => item.Payload).SequenceEqual(sent, StringComparer.Ordinal));
    }

    [Test]
    public async Task ANotification_CarriesChannelPayloadAndTheSendersProcessId()
    {
        await using var listener = new PgListener(TestServer.ConnectionString);
        var channel = listener.Channel(UniqueChannel.Name());
        var recorder = new Recorder<Notification>();
        using var subscription = await channel.SubscribeAsync(recorder);
        await using var connection = await TestServer.DataSource.OpenConnectionAsync();
        await connection.NotifyAsync(channel.Name);
        await recorder.UntilCountAsync(1);
        Assert.That(recorder.Items[0], Is.EqualTo(new Notification(channel.Name, "", connection.ProcessID)));
    }

    [TestCase("with \"quotes\" and spaces")]
    [TestCase("UPPER lower")]
    [TestCase("🐘 🐘🐘")]
    [TestCase("\"; DROP TABLE x; --")]
    [TestCase("'; SELECT 1; --\\")]
    [TestCase("$rx$ $rx1$ $$")]
    [TestCase(" \t\r\n ")]
    [TestCase("*")]
    [TestCase("63 bytes-----------------------------------------------------63")]
    public async Task AnyName_IsAPlainName(string name)
    {
        name = Unique(name);
        await using var alone = new PgListener(TestServer.ConnectionString);
        await using var crowded = new PgListener(TestServer.ConnectionString);
        var recorders = new[] { new Recorder<Notification>(), new Recorder<Notification>() };
        // Enough channels for the statement that takes many at once.
        for (var i = 0; i < 100; i++)
            _ = crowded.Channel(UniqueChannel.Name()).Subscribe(new Recorder<Notification>());
        await crowded.Channel(name).SubscribeAsync(recorders[0]);
        await alone.Channel(name).SubscribeAsync(recorders[1]);
        await TestServer.DataSource.NotifyAsync(name, "it works");
        foreach (var recorder in recorders)
        {
            await recorder.UntilCountAsync(1);
            Assert.That(recorder.Items[0].Channel, Is.EqualTo(name));
        }
    }

    [TestCase("", "63")]
    [TestCase("nul\0", "NUL")]
    [TestCase("64 bytes------------------------------------------------------64", "63")]
    [TestCase("éééééééééééééééééééééééééééééééé", "63")]
    public void ANameThatCanNotBeAChannel_IsRefusedBeforeAnyConnection(string name, string named)
    {
        var listener = new PgListener("Host=127.0.0.1;Port=1");
        Assert.That(() => listener.Channel(name), Throws.ArgumentException.With.Message.Contains(named));
    }

    [Test]
    public void HalfASurrogatePair_IsRefusedAsAName() =>
        Assert.That(() => new PgListener("Host=h").Channel("\ud800"), Throws.ArgumentException.With.Message.Contains("surrogate"));

    [Test]
    public void NullAsAName_IsRefused() =>
        Assert.That(() => new PgListener("Host=h").Channel(null!), Throws.ArgumentNullException);

    [Test]
    public void APayloadThatIsTooLong_IsRefusedByNamingSizeAndLimitButNotTheContent()
    {
        var payload = new string('é', 4_000);
        Assert.That(
            async () => await TestServer.DataSource.NotifyAsync("c", payload),
            Throws.ArgumentException.With.Message.Contains("8000").And.Message.Contains("7999").And.Message.Not.Contains("éé"));
    }

    static string Unique(string name)
    {
        var suffix = Encoding.UTF8.GetByteCount(name) < 50 ? UniqueChannel.Name() : "";
        return Encoding.UTF8.GetByteCount(name + suffix) <= 63 ? name + suffix : name;
    }

    static IEnumerable<string> Texts()
    {
        var text = new StringBuilder();
        for (var value = 1; value <= 0x10FFFF; value++)
        {
            if (!Rune.IsValid(value))
                continue;
            text.Append(new Rune(value));
            if (value % 1_900 != 0)
                continue;
            yield return text.ToString();
            text.Clear();
        }

        yield return text.ToString();
    }
}
