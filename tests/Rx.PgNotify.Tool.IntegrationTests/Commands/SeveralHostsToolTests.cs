using System.Globalization;
using Npgsql;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>The commands, given a primary and a standby.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
sealed class SeveralHostsToolTests : ToolTest
{
    ReplicatedPair _pair = null!;

    string OnlyStandbys
    {
        get
        {
            var standby = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_pair.Standby.Port}");
            return new NpgsqlConnectionStringBuilder(_pair.Standby.ConnectionString) { Host = $"{standby},{standby}" }.ConnectionString;
        }
    }

    [OneTimeSetUp]
    public async Task StartAsync() => _pair = await ReplicatedPair.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _pair.DisposeAsync();

    [TestCase(false, ";Load Balance Hosts=true")]
    [TestCase(true, ";Target Session Attributes=standby")]
    public async Task EveryCommand_GoesToThePrimary(bool primaryFirst, string setting)
    {
        var connection = _pair.InOrder(primaryFirst) + setting;
        await using var arrivals = await Arrivals.ListenAsync(_pair.Primary.ConnectionString);
        var table = UniqueChannel.Name("t");
        await _pair.Primary.ExecuteAsync($"CREATE TABLE {table} (id int)");

        await SucceedsAsync("", "send", arrivals.Channel, "an argument");
        await SucceedsAsync("a line\nanother\n", "send", arrivals.Channel, "-");
        await SucceedsAsync("", "trigger", table, "--channel", arrivals.Channel, "--install");
        await _pair.Primary.ExecuteAsync($"INSERT INTO {table} VALUES (1)");
        await SucceedsAsync("", "trigger", table, "--channel", arrivals.Channel, "--remove");
        await _pair.Primary.ExecuteAsync($"INSERT INTO {table} VALUES (2)");
        await SucceedsAsync("", "doctor", "--timeout", "25");

        var payloads = await arrivals.PayloadsAsync();
        Assert.That(payloads.Take(3), Is.EqualTo(new[] { "an argument", "a line", "another" }));
        Assert.That(payloads.Skip(3).Single(), Does.Contain(table), "of the one that was written while the trigger was there");

        async Task SucceedsAsync(string input, params string[] command)
        {
            await using var tool = ToolProcess.Start([.. command, "--connection", connection]);
            await tool.Input.WriteAsync(input);
            tool.Input.Close();
            Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
        }
    }

    [TestCase("send", "c", "x")]
    [TestCase("send", "c", "-")]
    [TestCase("trigger", "orders", "--remove")]
    public async Task WithoutAPrimary_TheCommandFailsWithALine(params string[] command)
    {
        await using var tool = await ToolProcess.RunAsync([.. command, "--connection", OnlyStandbys]);
        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1), tool.ToString());
        Assert.That(tool.Errors, Is.EqualTo(new[] { "pgnotify: No suitable host was found." }));
    }

    [Test]
    public async Task WithoutAPrimary_TheDoctorSaysThatAllAreStandbys()
    {
        await using var tool = await ToolProcess.RunAsync(["doctor", "--connection", OnlyStandbys, "--timeout", "25", "--format", "json"]);
        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(1), tool.ToString());
        var problem = Json.OfType(tool.Output, "finding").Single(finding => finding.Is("verdict", "problem"));
        Assert.That(problem.Text("check"), Is.EqualTo("connection"));
        Assert.That(problem.Text("text"), Does.StartWith("All of the hosts are standbys"));
        Assert.That(problem.Text("advice"), Does.StartWith("Connect to the primary."));
    }

    [TestCase("send", "c", "x")]
    [TestCase("send", "c", "-")]
    [TestCase("trigger", "pg_class", "--remove")]
    public async Task ATargetForOneHost_AsLibpqTakesIt_ChangesNothing(params string[] command)
    {
        await using var tool = ToolProcess.Start([.. command, "--connection", $"{Uri}?target_session_attrs=primary"]);
        tool.Input.Close();
        Assert.That(await tool.ExitCodeAsync(), Is.Zero, tool.ToString());
    }

    [Test]
    public async Task SettingsThatNpgsqlDoesNotTakeTogether_AreWrongUsage()
    {
        await using var tool = await ToolProcess.RunAsync(["send", "c", "x", "--connection", "Host=a,b;Multiplexing=true"]);
        Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(2), tool.ToString());
        Assert.That(tool.Errors[0], Is.EqualTo("pgnotify: Multiplexing is not supported with multiple hosts"));
    }
}
