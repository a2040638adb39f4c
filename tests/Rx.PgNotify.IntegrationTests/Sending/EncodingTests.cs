using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Sending;

/// <summary>Sending in a database of another encoding than UTF-8, which counts bytes in its own.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class EncodingTests
{
    static readonly string s_tooLong = new('\u0386', 31);

    [Test]
    public async Task WhatIsTooLongThere_FailsAlone_AndTheErrorNamesLimitAndEncoding()
    {
        await using var database = await EncodedDatabase.CreateAsync("EUC_JP");
        await using var arrivals = await Arrivals.ListenAsync(database.ConnectionString);
        await using var notifier = new PgNotifier(database.ConnectionString);

        // Connecting takes so long that they meet in one commit.
        var fine = Enumerable.Range(0, 10).Select(i => notifier.NotifyAsync(arrivals.Channel, $"{i}")).ToList();
        var channel = notifier.NotifyAsync(s_tooLong, "secret");
        var payload = notifier.NotifyAsync(arrivals.Channel, new string('\u0386', 3_000));
        var character = notifier.NotifyAsync(arrivals.Channel, "\U0001f418");

        Assert.That(await MessageAsync(channel), Is.EqualTo(
            "The server refused to send it: channel name too long; in the encoding of its database, EUC_JP, a channel has at most 63 bytes and a payload 7,999 (SQLSTATE 22023)."));
        Assert.That(await MessageAsync(payload), Does.Contain("payload string too long; in the encoding of its database, EUC_JP,"));
        Assert.That(await MessageAsync(character), Is.EqualTo(
            "The server refused to send it: the encoding of its database, EUC_JP, lacks a character of the channel or of the payload (SQLSTATE 22P05)."));
        await Task.WhenAll(fine);
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(Enumerable.Range(0, 10).Select(i => $"{i}")));
    }

    [Test]
    public async Task WithoutANotifier_TheErrorIsTheServers()
    {
        await using var database = await EncodedDatabase.CreateAsync("EUC_JP");
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var batch = source.CreateBatch();
        batch.AddNotify(s_tooLong);

        foreach (var send in new Func<Task>[] { () => source.NotifyAsync(s_tooLong), () => batch.ExecuteNonQueryAsync() })
            Assert.That(
                async () => await send(),
                Throws.TypeOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo("22023").And.Message.Contains("channel name too long"));
    }

    static async Task<string> MessageAsync(Task send)
    {
        var error = (await Assert.ThrowsAsync<PgNotifierException>(async () => await send))!;
        Assert.That(error.Error, Is.EqualTo(PgNotifierError.Refused));
        return error.Message;
    }
}
