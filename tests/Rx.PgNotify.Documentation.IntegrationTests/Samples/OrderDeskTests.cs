namespace Rx.PgNotify.Documentation.IntegrationTests.Samples;

/// <summary>The sample OrderDesk on a terminal, in a database of each test's own.</summary>
[LongTest]
public sealed class OrderDeskTests : SampleFixture
{
    [Test]
    public async Task Commands_CreateReadUpdateAndDelete_AndTheChannelTellsIt()
    {
        await using var desk = await StartAsync();

        await TypeAsync(desk, "create Ada 30");
        await UntilAsync(desk, "+ #1 Ada open 30.00");
        await TypeAsync(desk, "update 1 paid");
        await UntilAsync(desk, "* #1 Ada paid 30.00, was open 30.00");
        await TypeAsync(desk, "read 1");
        await UntilAsync(desk, "#1 Ada paid 30.00");
        await TypeAsync(desk, "delete 1");
        await UntilAsync(desk, "- #1 Ada paid 30.00");
        await TypeAsync(desk, "read 1");
        await UntilAsync(desk, "there is no #1");
        await TypeAsync(desk, "what?");
        await UntilAsync(desk, "commands: create CUSTOMER AMOUNT, read ID, update ID STATUS, delete ID, quit");
        await TypeAsync(desk, "quit");

        Assert.That(await desk.ExitCodeAsync(), Is.Zero, desk.Screen);
    }

    [Test]
    public async Task WhatOthersChange_IsTold_AlsoWithoutRows()
    {
        await using var desk = await StartAsync();

        await ExecuteAsync("INSERT INTO desk_orders (customer, amount) VALUES ('Ada', 30), ('Bob', 20)");
        await UntilAsync(desk, "+ #1 Ada open 30.00", "+ #2 Bob open 20.00");
        await ExecuteAsync("UPDATE desk_orders SET status = repeat('long', 3000) WHERE id = 1; UPDATE desk_orders SET status = 'paid'");
        await UntilAsync(desk, "* #2 Bob paid 20.00, was open 20.00");
        await ExecuteAsync("TRUNCATE desk_orders");
        await UntilAsync(desk, "- #1 Ada paid 30.00", "- #2 Bob paid 20.00");
        await ExecuteAsync("NOTIFY desk_orders, 'from anybody'; INSERT INTO desk_orders (customer, amount) VALUES ('Eve', 10)");
        await UntilAsync(desk, "+ #3 Eve open 10.00");
    }

    [Test]
    public async Task WhatWasChangedWhileNobodyListened_IsToldAfterwards()
    {
        await using var server = await TestServer.StartOwnAsync();
        await using var desk = await StartAsync(server.ConnectionString);
        await server.ExecuteAsync("INSERT INTO desk_orders (customer, amount) VALUES ('Ada', 30), ('Bob', 20)");
        await UntilAsync(desk, "+ #2 Bob open 20.00");

        await server.RestartAsync();
        await server.ExecuteAsync("UPDATE desk_orders SET amount = 35 WHERE id = 1; DELETE FROM desk_orders WHERE id = 2");

        await UntilAsync(desk, "* #1 Ada open 35.00, was open 30.00", "- #2 Bob open 20.00");
    }

    async Task<TerminalSession> StartAsync(string? connection = null)
    {
        var desk = TerminalSession.Start("OrderDesk.dll", connection ?? Connection);
        await UntilAsync(desk, "0 orders");
        return desk;
    }

    static async Task TypeAsync(TerminalSession desk, string line)
    {
        foreach (var key in line + "\r")
            await desk.TypeAsync(key);
    }

    static Task<string> UntilAsync(TerminalSession desk, params string[] lines) => desk.UntilAsync(
        screen => lines.All(screen.Split('\n').Select(line => line.TrimEnd()).Contains), $"the lines {string.Join(", ", lines)}");
}
