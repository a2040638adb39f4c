using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>The real command <c>dotnet ef</c>, over a model that takes ten steps, on the oldest and the newest PostgreSQL.</summary>
[LongTest, NonParallelizable]
public sealed partial class DotnetEfTests
{
    readonly Dictionary<int, PostgresServer> _servers = [];
    EfProject _project = null!;
    string _connection = "";
    string? _bundle;

    [OneTimeSetUp]
    public async Task MakeMigrationsAsync()
    {
        _project = await EfProject.CreateAsync(ShopSteps.Program);
        for (var step = 1; step <= ShopSteps.Last; step++)
            await _project.EfAsync([(ShopSteps.Step, step.ToString(CultureInfo.InvariantCulture))], "migrations", "add", ShopSteps.Migration(step));
        await _project.DotnetAsync([], "build", "--nologo", "-v:quiet");
    }

    [OneTimeTearDown]
    public async Task CleanAsync()
    {
        foreach (var server in _servers.Values)
            await server.DisposeAsync();
        _project?.Dispose();
    }

    [TestCase(14)]
    [TestCase(18)]
    public async Task DatabaseUpdate_StepByStepForthAndBack_LeavesWhatTriggersThemselvesInstall(int major)
    {
        await ConnectAsync(major);
        foreach (var step in Enumerable.Range(1, ShopSteps.Last).Concat(Enumerable.Range(0, ShopSteps.Last).Reverse()))
        {
            await EfAsync("database", "update", ShopSteps.Migration(step), "--no-build");
            await TriggerCatalog.AssertHasAsync(_connection, ShopSteps.Triggers(step), ShopSteps.Migration(step));
        }

        // The newest needs no name: then pending changes of the model are looked for.
        await EfAsync("database", "update", "--no-build");
        await TriggerCatalog.AssertHasAsync(_connection, ShopSteps.Triggers(ShopSteps.Last));
    }

    [TestCase(14)]
    [TestCase(18)]
    public async Task IdempotentScript_RunTwice_EndsInTheSame(int major)
    {
        await ConnectAsync(major);
        foreach (var step in new[] { 9, 10 })
        {
            var script = await ScriptAsync("--idempotent", "0", ShopSteps.Migration(step));
            for (var run = 0; run < 2; run++)
            {
                await SqlExtensions.ExecuteAsync(_connection, script);
                await TriggerCatalog.AssertHasAsync(_connection, ShopSteps.Triggers(step), ShopSteps.Migration(step), ignoreIndentation: true);
            }
        }
    }

    [TestCase(14)]
    [TestCase(18)]
    public async Task PlainScript_ForthAndBack_DoesTheSameAsTheCommand(int major)
    {
        await ConnectAsync(major);
        await SqlExtensions.ExecuteAsync(_connection, await ScriptAsync("0", "Step8"));
        await TriggerCatalog.AssertHasAsync(_connection, ShopSteps.Triggers(8));
        await SqlExtensions.ExecuteAsync(_connection, await ScriptAsync("Step8", "Step2"));
        await TriggerCatalog.AssertHasAsync(_connection, ShopSteps.Triggers(2));
    }

    [TestCase(14)]
    [TestCase(18)]
    public async Task Bundle_RunTwice_EndsInTheSame(int major)
    {
        await ConnectAsync(major);
        _bundle ??= await BundleAsync();
        foreach (var target in new[] { "Step8", "Step5", "Step10", "Step10" })
        {
            await _project.RunAsync(_bundle, [], target, "--connection", _connection);
            await TriggerCatalog.AssertHasAsync(_connection, ShopSteps.Triggers(int.Parse(target[4..], CultureInfo.InvariantCulture)), target);
        }
    }

    [Test]
    public async Task UnchangedModel_HasNoPendingChanges_AndGivesAnEmptyMigration()
    {
        Assert.That(await EfAsync("migrations", "has-pending-model-changes", "--no-build"), Does.Contain("No changes have been made"));
        var before = Directory.GetFiles(_project.PathOf("Migrations"));
        await EfAsync("migrations", "add", "Nothing", "--no-build");

        var added = Directory.GetFiles(_project.PathOf("Migrations")).Except(before, StringComparer.Ordinal).ToList();

        Assert.That(added, Has.Count.EqualTo(2));
        var code = await File.ReadAllTextAsync(added.Single(path => !path.EndsWith(".Designer.cs", StringComparison.Ordinal)));
        added.ForEach(File.Delete);
        Assert.That(EmptyMethod().Count(code), Is.EqualTo(2), code);
    }

    [Test]
    public async Task CompiledModel_AsksForTheSame()
    {
        const string folder = "Compiled";
        (string, string)[] variables = [(ShopSteps.Step, "8")];
        try
        {
            await _project.EfAsync(variables, "dbcontext", "optimize", "--output-dir", folder, "--no-build");
            Assert.That(Directory.GetFiles(_project.PathOf(folder)), Is.Not.Empty);

            // With a compiled model the step of the moment counts no more.
            var script = await _project.DotnetAsync([(ShopSteps.Step, "1")], "run");

            Assert.That(script.TrimEnd(), Is.EqualTo(string.Join('\n', ShopSteps.InOrder(8).Select(trigger => trigger.InstallScript)).TrimEnd()));
        }
        finally
        {
            Directory.Delete(_project.PathOf(folder), recursive: true);
            await _project.DotnetAsync([], "build", "--nologo", "-v:quiet");
        }
    }

    async Task ConnectAsync(int major)
    {
        if (!_servers.TryGetValue(major, out var server))
            _servers.Add(major, server = await PostgresTools.StartAsync(major));
        var name = UniqueChannel.Name("shop");
        await server.ExecuteAsync($"CREATE DATABASE {name}");
        _connection = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name, Pooling = false }.ConnectionString;
    }

    Task<string> EfAsync(params string[] arguments) => _project.EfAsync([(ShopSteps.Connection, _connection)], arguments);

    async Task<string> BundleAsync()
    {
        var bundle = _project.PathOf("bundle");
        await EfAsync("migrations", "bundle", "--output", bundle);
        return bundle;
    }

    async Task<string> ScriptAsync(params string[] arguments)
    {
        var file = _project.PathOf("script.sql");
        await EfAsync(["migrations", "script", .. arguments, "--no-build", "--output", file]);
        return await File.ReadAllTextAsync(file);
    }

    [GeneratedRegex(@"\(MigrationBuilder migrationBuilder\)\s*\{\s*\}", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex EmptyMethod();
}
