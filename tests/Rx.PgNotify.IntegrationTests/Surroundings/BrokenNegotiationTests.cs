namespace Rx.PgNotify.IntegrationTests.Surroundings;

/// <summary>
/// Up to Npgsql 10.0.2 a connection whose first attempt ended during the negotiation of encryption threw out of every later cancel of a
/// wait (npgsql #6506), on a timer or a work item, which ended the process.
/// </summary>
[LongTest, Parallelizable(ParallelScope.All)]
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
        await ArrivesAsync("first");
        await ArrivesAsync("second");
        Assert.That(proxy.Accepted, Is.AtLeast(2), "the negotiation, and the connection");

        // On a busy machine the line may miss a heartbeat and be replaced: what is sent just then is lost, so it is sent again.
        async Task ArrivesAsync(string name)
        {
            for (var line = program.ReadLineAsync(); ; line = program.ReadLineAsync())
            {
                while (!line.IsCompleted)
                {
                    await TestServer.DataSource.NotifyAsync($"{channel}_{name}", "arrived");
                    await Task.WhenAny(line, Task.Delay(TimeSpan.FromSeconds(1)));
                }

                Assert.That(await line, Is.EqualTo("first arrived").Or.EqualTo("second arrived"), () => program.Errors.Result);
                if (await line == $"{name} arrived")
                    return;
            }
        }
    }
}
