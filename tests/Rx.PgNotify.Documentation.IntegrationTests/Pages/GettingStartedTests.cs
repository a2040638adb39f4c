using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Rx.PgNotify.Documentation.IntegrationTests.Packages;

namespace Rx.PgNotify.Documentation.IntegrationTests.Pages;

/// <summary>
/// Does what docs/getting-started.md says, block by block: types the commands, fills the files, runs the SQL, and
/// compares what the programs print. Only the connection string is another one.
/// </summary>
[LongTest, NonParallelizable]
public sealed partial class GettingStartedTests : IDisposable
{
    const string ConnectionOnPage = "Host=localhost;Database=shop;Username=me;Password=…";

    readonly string _database = UniqueChannel.Name("shop");
    readonly Dictionary<string, FollowedProgram> _programs = new(StringComparer.Ordinal);
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rx-pgnotify-start-");
    string _connection = "";
    FollowedProgram? _latest;

    public void Dispose() => _folder.Delete(recursive: true);

    [SetUp]
    public async Task CreateDatabaseAsync()
    {
        await TestServer.Current.ExecuteAsync($"CREATE DATABASE {_database}");
        _connection = new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { Database = _database }.ConnectionString;
    }

    [TearDown]
    public async Task DropDatabaseAsync()
    {
        foreach (var program in _programs.Values)
            await program.DisposeAsync();
        await TestServer.Current.ExecuteAsync($"DROP DATABASE {_database} WITH (FORCE)");
    }

    [Test]
    public async Task Page_FollowedLetterByLetter_Works()
    {
        using var clone = new SourceCopy(_folder.CreateSubdirectory("Rx.PgNotify"));
        var steps = PageStep.Of("getting-started.md").ToList();
        Assert.That(steps.Select(step => step.Language).Distinct(), Is.EquivalentTo(new[] { "shell", "csharp", "text", "sql" }));

        foreach (var step in steps)
        {
            await TestContext.Progress.WriteLineAsync($"getting-started.md:{step.Line} {step.Language}");
            await FollowAsync(step);
        }

        foreach (var program in _programs.Values)
            await program.EndAsync();
    }

    Task FollowAsync(PageStep step) => step.Language switch
    {
        "shell" => TypeAsync(step),
        "csharp" => FillAsync(step),
        "sql" => ExecuteAsync(step),
        _ => CompareAsync(step),
    };

    async Task TypeAsync(PageStep step)
    {
        foreach (var command in step.Lines)
        {
            var words = PageStep.Words(command.Replace(ConnectionOnPage, _connection, StringComparison.Ordinal));
            Assert.That(words[0], Is.EqualTo("dotnet"), command);
            if (words[1] == "run")
                await RunAsync(words[3], words[1..]);
            else
                await SourceCopy.DotnetAsync(_folder.FullName, words[1..]);
        }
    }

    async Task RunAsync(string project, string[] arguments)
    {
        if (_programs.Remove(project, out var earlier))
        {
            await using (earlier)
                await earlier.EndAsync();
        }

        // The program that starts a server finds the one of these tests.
        _latest = _programs[project] = FollowedProgram.Start(
            _folder.FullName, arguments, ("PGNOTIFY_TEST_CONNECTION", _connection), ("PGNOTIFY_POSTGRES_SOURCE", "connection"));
        if (project == "server")
            Assert.That(await _latest.ReadLineAsync(), Is.EqualTo(_connection));
    }

    Task FillAsync(PageStep step)
    {
        Assert.That(step.File, Is.Not.Null, $"The file of line {step.Line} has to be named before it.");
        var path = Path.Combine(_folder.FullName, step.File!);
        Assert.That(path, Does.Exist, "It is made by an earlier command.");
        return File.WriteAllLinesAsync(path, step.Lines);
    }

    // A line is what is sent at once, as psql does, on one connection.
    async Task ExecuteAsync(PageStep step)
    {
        foreach (var line in step.Lines)
            await SqlExtensions.ExecuteAsync(_connection, line);
    }

    async Task CompareAsync(PageStep step)
    {
        foreach (var line in step.Lines)
        {
            var printed = Burst().Match(line) is { Success: true } burst ? await ReadBurstAsync(Count(burst)) : await _latest!.ReadLineAsync();
            Assert.That(printed, Is.EqualTo(line), $"line {step.Line}");
        }
    }

    // A program that gets no time for a second may take the one burst for several.
    async Task<string?> ReadBurstAsync(int count)
    {
        var line = await _latest!.ReadLineAsync();
        for (var sum = 0; line is not null && Burst().Match(line) is { Success: true } part; line = await _latest.ReadLineAsync())
        {
            sum += Count(part);
            if (sum >= count)
                return $"{sum}{part.Groups["rest"].Value}";
        }

        return line;
    }

    static int Count(Match burst) => int.Parse(burst.Groups["count"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("^(?<count>[0-9]+)(?<rest> notifications, the last one: .*)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Burst();
}
