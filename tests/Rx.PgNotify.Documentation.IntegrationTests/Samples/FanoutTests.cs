namespace Rx.PgNotify.Documentation.IntegrationTests.Samples;

/// <summary>The sample Fanout, in a database and with a NATS server of each test's own.</summary>
[LongTest]
public sealed class FanoutTests : SampleFixture
{
    const string Sample = "Fanout.dll";

    [Test]
    public async Task WhenTheBridgeIsKilled_TheOtherOneTakesOver_AndAllShowWhatWasWrittenMeanwhile()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var first = Start(nats, "bridge");
        await UntilAsync(first, "bridge: AtWork");
        await using var second = Start(nats, "bridge");
        await UntilAsync(second, "bridge: StandingBy");
        await using var one = Start(nats, "show");
        await using var other = Start(nats, "show");
        SampleProcess[] views = [one, other];
        foreach (var view in views)
            await UntilAsync(view, "orders: 0, the last one from nobody");

        Assert.That(await WriteAsync(nats, "Ada"), Is.EqualTo("#1 is written"));
        foreach (var view in views)
            await UntilAsync(view, "orders: 1, the last one from Ada");

        await first.KillAsync();
        await WriteAsync(nats, "Bob");
        await UntilAsync(second, "bridge: AtWork");
        foreach (var view in views)
            await UntilAsync(view, "orders: 2, the last one from Bob");

        await WriteAsync(nats, "Eve");
        foreach (var view in views)
        {
            await UntilAsync(view, "orders: 3, the last one from Eve");
            Assert.That(await view.InterruptAsync(), Is.Zero, await view.Errors);
            Assert.That(await view.Errors, Is.Empty);
        }

        Assert.That(await second.InterruptAsync(), Is.Zero, await second.Errors);
        Assert.That(await second.Errors, Is.Empty);
    }

    SampleProcess Start(NatsServer nats, string mode) => SampleProcess.Start(Sample, Connection, nats.Url, mode);

    Task<string> WriteAsync(NatsServer nats, string customer) => SampleProcess.RunAsync(Sample, Connection, nats.Url, "write", customer);

    static async Task UntilAsync(SampleProcess sample, string wanted)
    {
        while (await sample.ReadLineAsync() is { } line)
        {
            if (line == wanted)
                return;
        }

        Assert.Fail($"It ended without '{wanted}': {await sample.Errors}");
    }
}
