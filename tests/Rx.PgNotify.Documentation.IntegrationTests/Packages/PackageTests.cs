using System.IO.Compression;
using System.Xml.Linq;

namespace Rx.PgNotify.Documentation.IntegrationTests.Packages;

/// <summary>The packages as they would be published, installed from a folder.</summary>
[LongTest, NonParallelizable]
public sealed class PackageTests
{
    const string Program = """
        using System.Reactive.Linq;
        using System.Reactive.Threading.Tasks;
        using Npgsql;
        using Rx.PgNotify;
        using Rx.PgNotify.Nats;
        using Rx.PgNotify.Tables;

        new PgNatsBridgeOptions { Channels = ["orders"] }.Validate(); // some packages use internals of another one
        ArgumentException.ThrowIfNullOrEmpty(new TableTrigger("orders").InstallScript);
        await using var database = NpgsqlDataSource.Create(args[0]);
        await using var listener = new PgListener(database);
        var channel = listener.Channel(args[1]);
        var first = channel.FirstAsync().ToTask();
        await channel.Signals.FirstAsync();
        await database.NotifyAsync(channel.Name, "through the package");
        Console.WriteLine((await first).Payload);
        """;

    const string Mistake = """
        using Rx.PgNotify;

        await using var listener = new PgListener("Host=localhost");
        using var subscription = listener.Channel("orders").Subscribe(async order => await Console.Out.WriteLineAsync(order.Payload));
        """;

    // No version is used twice: the cache of packages on the machine would hide a new one behind an old one.
    readonly string _version = $"0.0.1-smoke.n{Guid.NewGuid():N}";
    SourceCopy _copy = null!;

    [OneTimeSetUp]
    public async Task PackAsync()
    {
        _copy = new SourceCopy();
        await _copy.PackAsync(_version);
    }

    [OneTimeTearDown]
    public async Task CleanAsync()
    {
        try
        {
            await RemoveFromCacheAsync();
        }
        finally
        {
            _copy.Dispose();
        }
    }

    [Test]
    public void EveryPackage_HasReadmeIconLicenceAndSymbols()
    {
        Assert.That(PackageIds(), Does.Contain("Rx.PgNotify").And.Contain("Rx.PgNotify.Tool"));
        foreach (var id in PackageIds())
        {
            using var package = ZipFile.OpenRead(PackagePath(_copy, id, "nupkg"));
            var nuspec = XDocument.Load(package.GetEntry($"{id}.nuspec")!.Open()).Root!;
            var metadata = nuspec.Elements().Single().Elements().ToDictionary(element => element.Name.LocalName);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(metadata["readme"].Value, Is.EqualTo("README.md"), id);
                Assert.That(metadata["icon"].Value, Is.EqualTo("icon.png"), id);
                Assert.That(metadata["license"].Value, Is.EqualTo("MIT"), id);
                Assert.That(metadata["description"].Value, Is.Not.Empty.And.Not.EqualTo("Package Description"), id);
                Assert.That(metadata.GetValueOrDefault("repository")?.Attribute("url"), Is.Null, "no address was given, and none is made up");
                Assert.That(package.GetEntry("README.md"), Is.Not.Null, id);
                Assert.That(package.GetEntry("icon.png"), Is.Not.Null, id);
            }

            using var symbols = ZipFile.OpenRead(PackagePath(_copy, id, "snupkg"));
            Assert.That(symbols.Entries.Select(entry => entry.Name), Has.Some.EndsWith(".pdb"), id);
        }
    }

    [TestCase("Rx.PgNotify.Tables")]
    [TestCase("Rx.PgNotify.Nats")]
    [TestCase("Rx.PgNotify.DependencyInjection")]
    [TestCase("Rx.PgNotify.EntityFrameworkCore")]
    public void APackageThatUsesInternals_DependsOnThisVersionAlone(string id)
    {
        using var package = ZipFile.OpenRead(PackagePath(_copy, id, "nupkg"));
        var versions = XDocument.Load(package.GetEntry($"{id}.nuspec")!.Open()).Descendants()
            .Where(element => element.Name.LocalName == "dependency" && element.Attribute("id")!.Value == "Rx.PgNotify")
            .Select(dependency => dependency.Attribute("version")!.Value);
        Assert.That(versions, Is.EqualTo(new[] { $"[{_version}]" }));
    }

    [Test]
    public void TheLibrary_BringsItsAnalyzers_AndDependsOnNoCompiler()
    {
        using var package = ZipFile.OpenRead(PackagePath(_copy, "Rx.PgNotify", "nupkg"));
        var analyzers = package.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("analyzers/", StringComparison.Ordinal));
        var dependencies = XDocument.Load(package.GetEntry("Rx.PgNotify.nuspec")!.Open()).Descendants()
            .Where(element => element.Name.LocalName == "dependency")
            .Select(dependency => dependency.Attribute("id")!.Value);

        Assert.That(analyzers, Is.EquivalentTo(new[] { "analyzers/dotnet/cs/Rx.PgNotify.Analyzers.dll", "analyzers/dotnet/cs/Rx.PgNotify.CodeFixes.dll" }));
        Assert.That(dependencies, Is.EquivalentTo(new[] { "Microsoft.Extensions.Logging.Abstractions", "Npgsql", "System.Reactive" }));
    }

    [Test]
    public void EveryPackage_LetsTheAnalyzersOfTheLibraryThrough()
    {
        foreach (var id in PackageIds())
        {
            using var package = ZipFile.OpenRead(PackagePath(_copy, id, "nupkg"));
            var excluded = XDocument.Load(package.GetEntry($"{id}.nuspec")!.Open()).Descendants()
                .Where(element => element.Name.LocalName == "dependency" && element.Attribute("id")!.Value == "Rx.PgNotify")
                .Select(dependency => dependency.Attribute("exclude")?.Value ?? "");
            Assert.That(excluded, Has.None.Contains("Analyzers"), id);
        }
    }

    [Test]
    public async Task ABuild_WithThePackage_WarnsOfAnAsyncHandler()
    {
        var project = await ConsumerAsync("warned", Mistake);

        var output = await SourceCopy.DotnetAsync(project, "build", "--nologo");

        Assert.That(output, Does.Contain("warning PGN0001: 'Subscribe' does not await an async handler"));
        Assert.That(output, Does.Not.Contain("warning CS").And.Not.Contain("warning AD"), "each analyzer was loaded, and ran");
    }

    [Test]
    public async Task Library_InAFreshProject_ReceivesWhatItSends()
    {
        var project = await ConsumerAsync("consumer");

        var output = await SourceCopy.DotnetAsync(project, "run", "--", TestServer.ConnectionString, UniqueChannel.Name());

        Assert.That(output.TrimEnd(), Does.EndWith("through the package"));
    }

    [Test]
    public async Task Library_PublishedTrimmed_WarnsOfNothingAndWorks()
    {
        var project = await ConsumerAsync("trimmed");
        string[] publish = ["publish", "--use-current-runtime", "--self-contained", "--output", "out", "-p:PublishTrimmed=true", "-warnaserror", "-warnnotaserror:NU1603"];
        if ((await SourceCopy.DotnetOrNullAsync(project, "NU1101", publish)) is null)
            Assert.Ignore("The package with the runtime can't be had.");

        var output = await SourceCopy.RunAsync(
            project, Path.Combine(project, "out", "consumer"), TestServer.ConnectionString, UniqueChannel.Name());

        Assert.That(output.TrimEnd(), Is.EqualTo("through the package"));
    }

    [Test]
    public async Task Tool_InstalledAsATool_Works()
    {
        var tools = _copy.Folder("tools");
        await SourceCopy.DotnetAsync(
            tools, "tool", "install", "Rx.PgNotify.Tool", "--version", _version, "--tool-path", tools, "--source", _copy.Packages);

        var output = await SourceCopy.RunAsync(
            tools, Path.Combine(tools, "pgnotify"), "doctor", "--timeout", "60", "--connection", TestServer.ConnectionString);

        Assert.That(output.TrimEnd(), Does.EndWith("Healthy: notifications arrive."));
    }

    [Test]
    public async Task SameSources_InAnotherFolder_MakeTheSameBytes()
    {
        using var other = new SourceCopy();
        await other.PackAsync(_version);

        foreach (var id in PackageIds())
        {
            var (here, there) = (Assemblies(_copy, id), Assemblies(other, id));
            Assert.That(here, Is.Not.Empty);
            Assert.That(there.Keys, Is.EquivalentTo(here.Keys));
            foreach (var (name, bytes) in here)
                Assert.That(there[name].AsSpan().SequenceEqual(bytes), Is.True, $"{id}: {name}");
        }
    }

    /// <summary>Makes a program that uses the packed library.</summary>
    async Task<string> ConsumerAsync(string name, string program = Program)
    {
        var project = _copy.Folder(name);
        await File.WriteAllTextAsync(Path.Combine(project, "nuget.config"), $"""
            <configuration><packageSources><add key="packed" value="{_copy.Packages}" /></packageSources></configuration>
            """);
        // It is a project of its own: what stands in the folders above is not for it.
        foreach (var file in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", ".editorconfig" })
            await File.WriteAllTextAsync(Path.Combine(project, file), file is ".editorconfig" ? "root = true\n" : "<Project />");
        await File.WriteAllTextAsync(Path.Combine(project, "consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <NuGetAudit>false</NuGetAudit>
                <TrimmerSingleWarn>false</TrimmerSingleWarn>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Rx.PgNotify" Version="{_version}" />
                <PackageReference Include="Rx.PgNotify.Tables" Version="{_version}" />
                <PackageReference Include="Rx.PgNotify.Nats" Version="{_version}" />
                <!-- All of it is looked at, not only what the program calls. -->
                <TrimmerRootAssembly Include="Rx.PgNotify" />
                <TrimmerRootAssembly Include="Rx.PgNotify.Tables" />
                <TrimmerRootAssembly Include="Rx.PgNotify.Nats" />
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(project, "Program.cs"), program);
        return project;
    }

    async Task RemoveFromCacheAsync()
    {
        if (!Directory.Exists(_copy.Packages))
            return; // they could not be packed
        var cache = (await SourceCopy.DotnetAsync(_copy.Packages, "nuget", "locals", "global-packages", "--list")).Split(": ", 2)[1].Trim();
        foreach (var package in PackageIds())
        {
            var cached = new DirectoryInfo(Path.Combine(cache, package.ToLowerInvariant(), _version));
            if (cached.Exists)
                cached.Delete(recursive: true);
            if (cached.Parent is { Exists: true } versions && !versions.EnumerateFileSystemInfos().Any())
                versions.Delete();
        }
    }

    List<string> PackageIds() =>
        [.. Directory.EnumerateFiles(_copy.Packages, "*.nupkg").Select(path => Path.GetFileName(path).Replace($".{_version}.nupkg", "", StringComparison.Ordinal))];

    string PackagePath(SourceCopy copy, string id, string extension) => Path.Combine(copy.Packages, $"{id}.{_version}.{extension}");

    /// <summary>The project's own assemblies and symbols.</summary>
    Dictionary<string, byte[]> Assemblies(SourceCopy copy, string id)
    {
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var extension in new[] { "nupkg", "snupkg" })
        {
            using var package = ZipFile.OpenRead(PackagePath(copy, id, extension));
            foreach (var entry in package.Entries.Where(IsOurs))
            {
                using var stream = entry.Open();
                using var memory = new MemoryStream();
                stream.CopyTo(memory);
                contents[$"{extension}/{entry.FullName}"] = memory.ToArray();
            }
        }

        return contents;

        static bool IsOurs(ZipArchiveEntry entry) =>
            entry.Name.StartsWith("Rx.PgNotify", StringComparison.Ordinal) && Path.GetExtension(entry.Name) is ".dll" or ".pdb"
            || entry.Name is "pgnotify.dll" or "pgnotify.pdb";
    }
}
