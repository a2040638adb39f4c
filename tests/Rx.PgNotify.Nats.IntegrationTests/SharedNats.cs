namespace Rx.PgNotify.Nats.IntegrationTests;

/// <summary>The NATS server that the tests of this assembly share; each has subjects of its own. No test stops it.</summary>
[SetUpFixture]
public sealed class SharedNats
{
    static NatsServer? s_current;

    public static NatsServer Current => s_current ?? throw new InvalidOperationException("The tests have not begun.");

    [OneTimeSetUp]
    public async Task StartAsync() => s_current = await NatsServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (s_current is not null)
            await s_current.DisposeAsync();
    }
}
