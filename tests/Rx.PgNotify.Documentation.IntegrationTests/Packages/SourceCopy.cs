using System.Xml.Linq;

namespace Rx.PgNotify.Documentation.IntegrationTests.Packages;

/// <summary>A temporary folder with what the packages are made of, and the packages made there.</summary>
sealed class SourceCopy : IDisposable
{
    readonly DirectoryInfo _root;

    internal SourceCopy()
        : this(Directory.CreateTempSubdirectory("rx-pgnotify-packages-"))
    {
    }

    /// <param name="root">Where to; it is deleted at the end.</param>
    internal SourceCopy(DirectoryInfo root)
    {
        _root = root;
        foreach (var file in Directory.EnumerateFiles(RepositoryFolder.Path))
            File.Copy(file, Path.Combine(_root.FullName, Path.GetFileName(file)));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "src"), "*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(RepositoryFolder.Path, file);
            if (path.Split(Path.DirectorySeparatorChar).Any(folder => folder is "bin" or "obj"))
                continue;
            var copy = Path.Combine(_root.FullName, path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    internal string Packages => Path.Combine(_root.FullName, "packages");

    /// <summary>A folder of its own for something that is not among the sources.</summary>
    internal string Folder(string name) => Directory.CreateDirectory(Path.Combine(_root.FullName, "work", name)).FullName;

    /// <summary>Packs every project that is packable, several at once.</summary>
    internal async Task PackAsync(string version)
    {
        var projects = Directory.EnumerateFiles(Path.Combine(_root.FullName, "src"), "*.csproj", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(project => new XElement("Project", new XAttribute("Path", Path.GetRelativePath(_root.FullName, project))));
        await File.WriteAllTextAsync(Path.Combine(_root.FullName, "Packages.slnx"), new XElement("Solution", projects).ToString());
        await DotnetAsync(
            _root.FullName, "pack", "Packages.slnx", "--configuration", "Release", $"-p:PackageOutputPath={Packages}", $"-p:Version={version}",
            "-p:RunAnalyzers=false", "-p:NuGetAudit=false", "-v:quiet", "--nologo");
    }

    /// <summary>Runs the SDK; fails the test with what it said if that ends badly.</summary>
    /// <returns>Its output.</returns>
    internal static Task<string> DotnetAsync(string folder, params string[] arguments) =>
        RunAsync(folder, SdkCommand.Dotnet, arguments);

    /// <returns>Its output; <see langword="null"/> if it ended badly and named this error.</returns>
    internal static async Task<string?> DotnetOrNullAsync(string folder, string error, params string[] arguments)
    {
        var (exitCode, output, errors) = await SdkCommand.RunToEndAsync(SdkCommand.StartInfo(folder, SdkCommand.Dotnet, arguments));
        if (exitCode != 0 && output.Contains(error, StringComparison.Ordinal))
            return null;
        Assert.That(exitCode, Is.Zero, $"{string.Join(' ', arguments)}\n{output}\n{errors}");
        return output;
    }

    internal static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var (exitCode, output, errors) = await SdkCommand.RunToEndAsync(SdkCommand.StartInfo(folder, program, arguments));
        Assert.That(exitCode, Is.Zero, $"{Path.GetFileName(program)} {string.Join(' ', arguments)}\n{output}\n{errors}");
        return output;
    }

    public void Dispose() => _root.Delete(recursive: true);
}
