using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Delivery;

/// <summary>What ends a process can only be seen from outside of it.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public class UnhandledFailureTests
{
    const string Secret = "s3cr3t-pa55word";

    [Test]
    public async Task WithoutObserverFailed_AnObserverThatThrowsEndsTheProcessWithItsException()
    {
        var channel = UniqueChannel.Name();
        await using var program = ChildProgram.Start(
            "subscribe", ("SUBSCRIBER_CONNECTION", TestServer.ConnectionString), ("SUBSCRIBER_CHANNEL", channel));
        Assert.That(await program.ReadLineAsync(), Is.EqualTo("listening"));
        await TestServer.DataSource.NotifyAsync(channel, "payload");

        Assert.That(await program.WaitForExitAsync(), Is.Not.Zero);
        Assert.That(await program.Errors, Does.Contain("Unhandled exception").And.Contains("FormatException: thrown by the observer"));
    }

    [Test]
    public async Task AnObserverThatThrowsAtTheResultOfAQuery_EndsTheProcessWithItsException()
    {
        await using var program = ChildProgram.Start("query");

        Assert.That(await program.WaitForExitAsync(), Is.Not.Zero);
        Assert.That(await program.Errors, Does.Contain("Unhandled exception").And.Contains("FormatException: thrown by the observer"));
    }

    [Test]
    public async Task SubscribeWithoutAnErrorHandler_AndAWrongPassword_EndsTheProcessWithAReadableError()
    {
        var wrong = new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { Username = "nobody_of_this_name", Password = Secret };
        await using var program = ChildProgram.Start(
            "subscribe", ("SUBSCRIBER_CONNECTION", wrong.ConnectionString), ("SUBSCRIBER_CHANNEL", "a"));

        Assert.That(await program.WaitForExitAsync(), Is.Not.Zero);
        Assert.That(
            await program.Errors,
            Does.Contain("PgListenerException: The server refused the log-in: ").And.Not.Contains(Secret));
    }
}
