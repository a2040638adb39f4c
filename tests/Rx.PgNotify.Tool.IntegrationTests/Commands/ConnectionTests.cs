namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[LongTest, Parallelizable(ParallelScope.All)]
sealed class ConnectionTests : ToolTest
{
    const string Broken = "postgres://h/d?broken=1";

    [Test]
    public async Task Tool_GivenAUriOrKeywordsInEachPlace_Connects(
        [Values] bool uri, [Values("--connection", "PGNOTIFY_CONNECTION", "DATABASE_URL")] string place)
    {
        var channel = NewChannel();
        var text = uri ? Uri : Connection;
        await using var listener = place is "--connection"
            ? ToolProcess.Start(["listen", channel, "--format", "json", "--count", "1", place, text])
            : ToolProcess.Start(["listen", channel, "--format", "json", "--count", "1"], (place, text));
        await listener.OutputLineAsync(line => Json.IsSubscribed(line, channel));

        await using var sender = place is "--connection"
            ? await ToolProcess.RunAsync(["send", channel, "x", place, text])
            : await ToolProcess.RunAsync(["send", channel, "x"], (place, text));

        Assert.That(await sender.ExitCodeAsync(), Is.Zero, sender.ToString());
        Assert.That(await listener.ExitCodeAsync(), Is.Zero, listener.ToString());
    }

    [Test]
    public async Task Tool_GivenSeveralConnections_TakesTheOptionThenItsOwnVariable()
    {
        await using var option = await ToolProcess.RunAsync(
            ["send", "c", "x", "--connection", Uri], ("PGNOTIFY_CONNECTION", Broken), ("DATABASE_URL", Broken));
        await using var own = await ToolProcess.RunAsync(["send", "c", "x"], ("PGNOTIFY_CONNECTION", Uri), ("DATABASE_URL", Broken));
        await using var empty = await ToolProcess.RunAsync(["send", "c", "x"], ("PGNOTIFY_CONNECTION", ""), ("DATABASE_URL", Uri));
        await using var broken = await ToolProcess.RunAsync(["send", "c", "x"], ("PGNOTIFY_CONNECTION", Broken), ("DATABASE_URL", Uri));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await option.ExitCodeAsync(), Is.Zero, option.ToString());
            Assert.That(await own.ExitCodeAsync(), Is.Zero, own.ToString());
            Assert.That(await empty.ExitCodeAsync(), Is.Zero, empty.ToString());
            Assert.That(await broken.ExitCodeAsync(), Is.EqualTo(2));
            Assert.That(broken.Errors[0], Does.StartWith("pgnotify: PGNOTIFY_CONNECTION: the parameter broken is not known"));
        }
    }

    [Test]
    public async Task Tool_GivenSeveralHosts_ConnectsToTheOneThatAnswers([Values("listen", "send")] string command)
    {
        var parts = ConnectionParts;
        var uri = Uri.Replace($"@{parts.Host}:", $"@127.0.0.1:1,{parts.Host}:", StringComparison.Ordinal) + "?target_session_attrs=primary";
        var channel = NewChannel();

        await using var tool = ToolProcess.Start([command, channel, "--connection", uri, .. command is "listen" ? new[] { "--format", "json", "--count", "1" } : []]);
        if (command is "listen")
        {
            await tool.OutputLineAsync(line => Json.IsSubscribed(line, channel));
            await NotifyAsync(channel, "x");
        }

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
    }
}
