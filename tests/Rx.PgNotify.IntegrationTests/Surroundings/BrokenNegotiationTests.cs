namespace Rx.PgNotify.IntegrationTests.Surroundings;

/// <summary>
/// Up to Npgsql 10.0.2 a connection whose first attempt ended during the negotiation of encryption threw out of every later cancel of a
/// wait (npgsql #6506), on a timer or a work item, which ended the process.
/// </summary>
[Parallelizable(ParallelScope.All)]
public class BrokenNegotiationTests
{
    [Test]
    public async Task AConnectionThatIsResetDuringTheNegotiation_CostsNoProcess_AndNotificationsCome()
    {
        var channel = UniqueChannel.Name();
        await using var proxy = NegotiationProxy.Start(TestServer.ConnectionString);
        await using var program = ChildProgram.Start(
            "negotiate", ("NEGOTIATOR_CONNECTION", proxy.ConnectionString), ("NEGOTIATOR_CHANNEL", channel));
        Assert.That(await program.ReadLineAsync(), Is.EqualTo("listening to the first"), "before");

        // Interrupts the wait, as a heartbeat does.
        await program.WriteLineAsync();
        Assert.That(await program.ReadLineAsync(), Is.EqualTo("listening to the second"), () => program.Errors.Result);
        await Task.Delay(TimeSpan.FromSeconds(2.5)); // two heartbeats
        await TestServer.DataSource.NotifyAsync($"{channel}_first", "one");
        await TestServer.DataSource.NotifyAsync($"{channel}_second", "two");

        Assert.That(await program.ReadLineAsync(), Is.EqualTo("first one"));
        Assert.That(await program.ReadLineAsync(), Is.EqualTo("second two"));
        Assert.That(proxy.Accepted, Is.EqualTo(2), "the negotiation, and the connection");
    }
}
