using System.Xml.Linq;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>A project in a temporary folder with a context and its migrations, and the command <c>dotnet ef</c> for it.</summary>
sealed class EfProject : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rx-pgnotify-ef-");

    /// <summary>Writes the project, and restores it and the command.</summary>
    public static async Task<EfProject> CreateAsync(string program)
    {
        var project = new EfProject();
        Directory.CreateDirectory(project.PathOf(".config"));
        File.Copy(Path.Combine(RepositoryFolder.Path, ".config", "dotnet-tools.json"), project.PathOf(".config/dotnet-tools.json"));
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
        RunAsync(SdkCommand.Dotnet, variables, arguments);

    public async Task<string> RunAsync(string program, (string Name, string Value)[] variables, params string[] arguments)
    {
        var start = SdkCommand.StartInfo(_folder.FullName, program, arguments);
        start.Environment["DOTNET_NOLOGO"] = "1";
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        var (exitCode, output, errors) = await SdkCommand.RunToEndAsync(start);
        Assert.That(exitCode, Is.Zero, $"{string.Join(' ', arguments)}\n{output}\n{errors}");
        return output;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // The packages that the libraries themselves are built with, and the libraries as these tests have them.
    static string ProjectFile()
    {
        var versions = XDocument.Load(Path.Combine(RepositoryFolder.Path, "Directory.Packages.props")).Descendants("PackageVersion")
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
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                {string.Join('\n', packages.Select(name => $"<PackageReference Include=\"{name}\" Version=\"{versions[name]}\" />"))}
                {string.Join('\n', libraries.Select(name => $"<Reference Include=\"{Path.Combine(AppContext.BaseDirectory, name)}.dll\" />"))}
              </ItemGroup>
            </Project>
            """;
    }
}
