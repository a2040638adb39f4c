using System.Globalization;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[Parallelizable(ParallelScope.All)]
sealed class SendTests : ToolTest
{
    [LongTest]
    [TestCase("a payload with 'quotes' and é\U0001F418", ExpectedResult = "a payload with 'quotes' and é\U0001F418")]
    [TestCase("@file", ExpectedResult = "@file")]
    [TestCase("--", "-5", ExpectedResult = "-5")]
    [TestCase("--", "--help", ExpectedResult = "--help")]
    [TestCase(ExpectedResult = "")]
    public async Task<string> Send_WithAPayload_SendsItAsItIs(params string[] payload)
    {
        var channel = NewChannel();
        await using var listener = await ListenAsync([channel], "--count", "1");

        await using var tool = await ToolProcess.RunAsync(["send", "--connection", Connection, channel, .. payload]);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Output, Is.Empty);
        await listener.ExitCodeAsync();
        return Json.OfType(listener.Output, "notification").Single().Text("payload");
    }

    [Test]
    public async Task Send_FromInput_SendsEachLineOnOneConnection()
    {
        var channel = NewChannel();
        await using var listener = await ListenAsync([channel], "--count", "5");
        await using var tool = ToolProcess.Start(["send", channel, "-", "--connection", Connection]);

        await tool.Input.WriteAsync("first\nsecond\r\n\n  é\ta\rb \nlast without an end");
        tool.Input.Close();

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        await listener.ExitCodeAsync();
        var notifications = Json.OfType(listener.Output, "notification");
        Assert.That(notifications.Select(n => n.Text("payload")), Is.EqualTo(new[] { "first", "second", "", "  é\ta\rb ", "last without an end" }));
        Assert.That(notifications.Select(n => n.GetProperty("processId").GetInt32()).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Send_FromInputThatStaysOpen_SendsEachLineAtOnceAndEndsOnASignal()
    {
        var channel = NewChannel();
        await using var listener = await ListenAsync([channel]);
        await using var tool = ToolProcess.Start(["send", channel, "-", "--connection", Connection]);
        await tool.Input.WriteAsync("now\n");
        await tool.Input.FlushAsync();

        await listener.OutputLineAsync(line => Json.IsType(line, "notification"));
        tool.Signal(ToolProcess.SigInt);

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        Assert.That(tool.Errors, Is.Empty);
    }

    [Test]
    public async Task Send_OfALineOverTheLimit_NamesItAndSendsTheOthers()
    {
        var channel = NewChannel();
        await using var listener = await ListenAsync([channel], "--count", "3");
        await using var tool = ToolProcess.Start(["send", channel, "-", "--connection", Connection]);
        var longest = new string('y', 7_999);

        await tool.Input.WriteAsync($"before\n{new string('x', 100_000)}\n{longest}\r\n{longest}y\nnul\0here\n");
        await tool.Input.FlushAsync();
        await tool.Input.BaseStream.WriteAsync(new byte[] { (byte)'z', 0xFF, (byte)'\n' });
        await tool.Input.WriteAsync("after\n");
        tool.Input.Close();

        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1));
        await listener.ExitCodeAsync();
        Assert.That(Json.OfType(listener.Output, "notification").Select(n => n.Text("payload")), Is.EqualTo(new[] { "before", longest, "after" }));
        Assert.That(tool.Errors, Is.EqualTo(new[]
        {
            "pgnotify: line 2: a payload has at most 7999 bytes of UTF-8; this one has 100000.",
            "pgnotify: line 4: a payload has at most 7999 bytes of UTF-8; this one has 8000.",
            "pgnotify: line 5: a payload can't contain the character NUL (U+0000).",
            "pgnotify: line 6: a payload is UTF-8; this one is not.",
        }));
    }

    [Test]
    public async Task Send_OfManyLines_KeepsTheirOrder()
    {
        var channel = NewChannel();
        await using var listener = await ListenAsync([channel], "--count", "2000");
        await using var tool = ToolProcess.Start(["send", channel, "-", "--connection", Connection]);
        var lines = Enumerable.Range(1, 2_000).Select(i => i.ToString(CultureInfo.InvariantCulture) + new string('.', i % 200)).ToArray();

        foreach (var line in lines)
            await tool.Input.WriteAsync(line + "\n");
        tool.Input.Close();

        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        await listener.ExitCodeAsync();
        Assert.That(Json.OfType(listener.Output, "notification").Select(n => n.Text("payload")), Is.EqualTo(lines));
    }
}
