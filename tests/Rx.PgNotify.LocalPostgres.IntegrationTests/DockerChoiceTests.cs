using System.Globalization;

namespace Rx.PgNotify.LocalPostgres.IntegrationTests;

/// <summary>Where Docker is of no use, the next source is; each in a process of its own, whose environment it is.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class DockerChoiceTests
{
    // How long an engine may take to answer: more than a busy machine needs, and hardly any time.
    static (string Name, string Value) Patient => ("PGNOTIFY_DOCKER_SECONDS", "60");

    static (string Name, string Value) Brief => ("PGNOTIFY_DOCKER_SECONDS", "1");

    [Test]
    public async Task WhereNoEngineIs_TheNextSourceIsTaken_AndTheListSaysWhereOneWasLookedFor()
    {
        var nowhere = $"tcp://127.0.0.1:{LoopbackPort.FindFree().ToString(CultureInfo.InvariantCulture)}";
        await AssumeNoEngineAtTheUsualPlacesAsync(nowhere);

        Assert.That(await StartTwiceAsync(nowhere), Has.Exactly(2).Items.And.None.Contains("Docker"));
        Assert.That(await AttemptsAsync(nowhere), Does.Match(
            $@"(?m)^  connection: .+\n  docker: no Docker engine answers at {nowhere} \(DOCKER_HOST\) or the usual sockets\.\n  binaries: "));
    }

    [Test]
    public async Task AnEngineThatIsSilent_IsLeftSoon_AndNotAskedAgain()
    {
        using var engine = EngineStub.Silent();

        Assert.That(await StartTwiceAsync(engine.Address, Brief), Has.Exactly(2).Items.And.None.Contains("Docker"));
        Assert.That(engine.Requests, Is.LessThanOrEqualTo(1), "in both");
        Assert.That(await AttemptsAsync(engine.Address, Brief), Does.Match(
            $@"(?m)^  docker: the Docker engine at {engine.Address} \(DOCKER_HOST\) or the usual sockets did not answer within 1 s\.$"));
    }

    [Test]
    public async Task AnEngineThatCanNotStartAContainer_IsPassedOver_AndNotAskedForThatImageAgain()
    {
        using var engine = EngineStub.Unable();
        await using var child = ChildProgram.Start("docker", ("DOCKER_HOST", engine.Address), Patient);
        Assert.That(await child.ReadLineAsync(), Is.Not.Null.And.Not.Contain("Docker"));
        var asked = engine.Requests;
        await child.WriteLineAsync();
        Assert.That(await child.ReadLineAsync(), Is.Not.Null);

        Assert.That(asked, Is.GreaterThan(1), "more than whether it is there");
        Assert.That(engine.Requests, Is.EqualTo(asked));
        Assert.That(await AttemptsAsync(engine.Address), Does.Match(
            @"(?m)^  docker: no container of postgres:99 could be started: .*out of order.*$"));
    }

    static async Task<List<string?>> StartTwiceAsync(string dockerHost, (string Name, string Value)? patience = null)
    {
        await using var child = ChildProgram.Start("docker", ("DOCKER_HOST", dockerHost), patience ?? Patient);
        var first = await child.ReadLineAsync();
        await child.WriteLineAsync();
        List<string?> sources = [first, await child.ReadLineAsync()];
        Assert.That(await child.WaitForExitAsync(), Is.Zero, await child.Errors);
        return sources;
    }

    /// <summary>The list of what was tried for a version that nobody has.</summary>
    static async Task<string> AttemptsAsync(string dockerHost, (string Name, string Value)? patience = null)
    {
        await using var child = ChildProgram.Start(
            "docker", ("DOCKER_HOST", dockerHost), ("PGNOTIFY_POSTGRES_VERSION", "99"), patience ?? Patient);
        Assert.That(await child.WaitForExitAsync(), Is.EqualTo(1));
        return await child.Errors;
    }

    static async Task AssumeNoEngineAtTheUsualPlacesAsync(string nowhere) =>
        Assume.That(await AttemptsAsync(nowhere), Does.Not.Contain("no container of"), "there is one at a usual place");
}
