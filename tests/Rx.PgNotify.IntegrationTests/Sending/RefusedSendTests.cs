using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Sending;

[LongTest, Parallelizable(ParallelScope.All)]
public class RefusedSendTests
{
    [Test]
    public async Task ASendThatTheServerRefuses_FailsAlone_AndTheOthersKeepTheirOrder()
    {
        const string snowman = "\u2603";
        const int count = 100;
        await using var server = await TestServer.StartOwnAsync(options => options.Encoding = "LATIN1");
        string[] names = [UniqueChannel.Name(), UniqueChannel.Name()];
        await using var arrivals = await Arrivals.ListenAsync(server.ConnectionString, names);
        await using var notifier = new PgNotifier(server.ConnectionString);
        await notifier.NotifyAsync(names[0], "first");

        // Equal ones too, so that several commits are in one round trip when one of them is refused.
        var sends = Enumerable.Range(0, count).Select(i => (
            Channel: names[i % 2],
            Payload: i % 30 == 7 ? snowman : $"{i % 20}é",
            Task: (Task)null!)).ToList();
        sends = sends.ConvertAll(send => send with { Task = notifier.NotifyAsync(send.Channel, send.Payload) });
        foreach (var send in sends.Where(send => send.Payload == snowman))
        {
            var error = (await Assert.ThrowsAsync<PgNotifierException>(async () => await send.Task))!;
            Assert.That(error.Error, Is.EqualTo(PgNotifierError.Refused));
            Assert.That(error.InnerException, Is.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo("22P05"));
            Assert.That(error.Message, Does.Not.Contain(snowman));
        }

        await Task.WhenAll(sends.Where(send => send.Payload != snowman).Select(send => send.Task));
        var all = await arrivals.AllAsync();
        foreach (var name in names)
        {
            Assert.That(
                all.Where(item => item.Channel == name && item.Payload != "first").Select(item => item.Payload),
                Is.EqualTo(sends.Where(send => send.Channel == name && send.Payload != snowman).Select(send => send.Payload)));
        }
    }

    [Test]
    public async Task WhatIsNotAboutOneSend_FailsAllOfTheCommit_AndTheNextOneIsTried()
    {
        await using var server = await TestServer.StartOwnAsync();
        await server.ExecuteAsync("CREATE ROLE clerk LOGIN PASSWORD 'x'; REVOKE EXECUTE ON FUNCTION pg_notify FROM public");
        await using var arrivals = await Arrivals.ListenAsync(server.ConnectionString);
        await using var notifier = new PgNotifier(
            new NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = "clerk", Password = "x" }.ConnectionString);

        // Connecting takes so long that they meet.
        var sends = Enumerable.Range(0, 10).Select(i => notifier.NotifyAsync(arrivals.Channel, $"{i / 2}")).ToList();
        foreach (var send in sends)
        {
            var error = (await Assert.ThrowsAsync<PgNotifierException>(async () => await send))!;
            Assert.That(error.Error, Is.EqualTo(PgNotifierError.Refused), error.ToString());
            Assert.That(error.InnerException, Is.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.InsufficientPrivilege));
        }

        await server.ExecuteAsync("GRANT EXECUTE ON FUNCTION pg_notify TO clerk");
        await notifier.NotifyAsync(arrivals.Channel, "allowed");
        Assert.That(await arrivals.PayloadsAsync(), Is.EqualTo(new[] { "allowed" }));
    }

    [Test]
    public async Task AFullQueue_FailsTheSendsOfThatCommit_AndIsNamed()
    {
        const int firstWithASmallQueue = 17;
        await using var server = await PostgresTools.StartAsync(
            firstWithASmallQueue, options => options.Settings["max_notify_queue_pages"] = "64");
        await using var reader = new NpgsqlConnection(server.ConnectionString);
        await reader.OpenAsync();
        await using var listen = new NpgsqlCommand("LISTEN a; BEGIN; SELECT 1", reader); // in a transaction nothing is taken from the queue
        await listen.ExecuteNonQueryAsync();
        await using var notifier = new PgNotifier(server.ConnectionString);

        var sends = Enumerable.Range(0, 200).Select(i => notifier.NotifyAsync("a", $"{i}".PadRight(7_000))).ToList();
        var error = (await Assert.ThrowsAsync<PgNotifierException>(async () => await Task.WhenAll(sends)))!;
        Assert.That(error.Error, Is.EqualTo(PgNotifierError.Refused));
        Assert.That(error.InnerException, Is.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.ProgramLimitExceeded));
    }
}
