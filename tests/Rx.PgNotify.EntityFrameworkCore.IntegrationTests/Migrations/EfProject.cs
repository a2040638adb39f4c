using System.Diagnostics;
using System.Text;
using System.Xml.Linq;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>A project in a temporary folder with a context and its migrations, and the command <c>dotnet ef</c> for it.</summary>
sealed class EfProject : IDisposable
{
    static readonly TimeSpan s_longestCommand = TimeSpan.FromMinutes(15);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rx-pgnotify-ef-");

    /// <summary>Writes the project, and restores it and the command.</summary>
    public static async Task<EfProject> CreateAsync(string program)
    {
        var project = new EfProject();
        Directory.CreateDirectory(project.PathOf(".config"));
        File.Copy(Path.Combine(Repository(), ".config", "dotnet-tools.json"), project.PathOf(".config/dotnet-tools.json"));
        // It is a project of its own: what stands in the folders above is not for it.
        foreach (var file in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
            await File.WriteAllTextAsync(project.PathOf(file), "<Project />");
        await File.WriteAllTextAsync(project.PathOf("Shop.csproj"), ProjectFile());
        await File.WriteAllTextAsync(project.PathOf("Program.cs"), program);
        await project.DotnetAsync([], "tool", "restore");
        await project.DotnetAsync([], "restore");
        return project;
    }

    public string PathOf(string file) => Path.Combine(_folder.FullName, file);

    /// <summary>Runs <c>dotnet ef</c>; fails the test with what it said if that ends badly.</summary>
    public Task<string> EfAsync((string Name, string Value)[] variables, params string[] arguments) =>
        DotnetAsync(variables, ["ef", .. arguments]);

    public Task<string> DotnetAsync((string Name, string Value)[] variables, params string[] arguments) =>
        RunAsync(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", variables, arguments);

    public async Task<string> RunAsync(string program, (string Name, string Value)[] variables, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(program, variables, arguments))!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(s_longestCommand);
            await process.WaitForExitAsync().WaitAsync(s_longestCommand);
            Assert.That(process.ExitCode, Is.Zero, $"{string.Join(' ', arguments)}\n{output}\n{await errors}");
            return output;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    ProcessStartInfo StartInfo(string program, (string Name, string Value)[] variables, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        // Those of the SDK that runs these tests; and nothing is to stay behind.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_NOLOGO"] = "1";
        if (Path.GetDirectoryName(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")) is { Length: > 0 } dotnet)
            start.Environment["DOTNET_ROOT"] = dotnet;
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return start;
    }

    // The packages that the libraries themselves are built with, and the libraries as these tests have them.
    static string ProjectFile()
    {
        var versions = XDocument.Load(Path.Combine(Repository(), "Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value, StringComparer.Ordinal);
        string[] packages =
        [
            "Microsoft.EntityFrameworkCore.Design", "Npgsql.EntityFrameworkCore.PostgreSQL", "Npgsql", "System.Reactive", "Microsoft.Extensions.Logging.Abstractions",
        ];
        string[] libraries = ["Rx.PgNotify", "Rx.PgNotify.Tables", "Rx.PgNotify.EntityFrameworkCore"];
        return $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <UseSharedCompilation>false</UseSharedCompilation>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                {string.Join('\n', packages.Select(name => $"<PackageReference Include=\"{name}\" Version=\"{versions[name]}\" />"))}
                {string.Join('\n', libraries.Select(name => $"<Reference Include=\"{Path.Combine(AppContext.BaseDirectory, name)}.dll\" />"))}
              </ItemGroup>
            </Project>
            """;
    }

    static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
