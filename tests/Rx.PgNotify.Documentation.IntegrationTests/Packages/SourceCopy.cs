using System.Diagnostics;
using System.Text;
using Rx.PgNotify.Documentation.IntegrationTests.Pages;

namespace Rx.PgNotify.Documentation.IntegrationTests.Packages;

/// <summary>A temporary folder with what the packages are made of, and the packages made there.</summary>
sealed class SourceCopy : IDisposable
{
    static readonly TimeSpan s_longestCommand = TimeSpan.FromMinutes(15);

    readonly DirectoryInfo _root;

    internal SourceCopy()
        : this(Directory.CreateTempSubdirectory("rx-pgnotify-packages-"))
    {
    }

    /// <param name="root">Where to; it is deleted at the end.</param>
    internal SourceCopy(DirectoryInfo root)
    {
        _root = root;
        foreach (var file in Directory.EnumerateFiles(Snippet.Root))
            File.Copy(file, Path.Combine(_root.FullName, Path.GetFileName(file)));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Snippet.Root, "src"), "*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(Snippet.Root, file);
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

    /// <summary>Packs every project that is packable.</summary>
    internal async Task PackAsync(string version)
    {
        var projects = Directory.EnumerateFiles(Path.Combine(_root.FullName, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(project => File.ReadAllText(project).Contains("<IsPackable>true", StringComparison.Ordinal));
        foreach (var project in projects.Order(StringComparer.Ordinal))
        {
            await DotnetAsync(
                _root.FullName, "pack", project, "--output", Packages, $"-p:Version={version}", "-p:UseSharedCompilation=false",
                "-p:RunAnalyzers=false", "-p:NuGetAudit=false", "-v:quiet", "--nologo");
        }
    }

    /// <summary>Runs the SDK; fails the test with what it said if that ends badly.</summary>
    /// <returns>Its output.</returns>
    internal static Task<string> DotnetAsync(string folder, params string[] arguments) =>
        RunAsync(folder, Dotnet, arguments);

    /// <returns>Its output; <see langword="null"/> if it ended badly and named this error.</returns>
    internal static async Task<string?> DotnetOrNullAsync(string folder, string error, params string[] arguments)
    {
        var (exitCode, output, errors) = await RunToEndAsync(folder, Dotnet, arguments);
        if (exitCode != 0 && output.Contains(error, StringComparison.Ordinal))
            return null;
        Assert.That(exitCode, Is.Zero, $"{string.Join(' ', arguments)}\n{output}\n{errors}");
        return output;
    }

    internal static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var (exitCode, output, errors) = await RunToEndAsync(folder, program, arguments);
        Assert.That(exitCode, Is.Zero, $"{Path.GetFileName(program)} {string.Join(' ', arguments)}\n{output}\n{errors}");
        return output;
    }

    public void Dispose() => _root.Delete(recursive: true);

    /// <summary>How to start the SDK, or a program, in a folder outside the repository.</summary>
    internal static ProcessStartInfo StartInfo(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        // Those of the SDK that runs these tests; and nothing is to stay behind.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        if (Path.GetDirectoryName(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")) is { Length: > 0 } dotnet)
            start.Environment["DOTNET_ROOT"] = dotnet;
        return start;
    }

    internal static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    static async Task<(int ExitCode, string Output, string Errors)> RunToEndAsync(string folder, string program, string[] arguments)
    {
        using var process = Process.Start(StartInfo(folder, program, arguments))!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(s_longestCommand);
            await process.WaitForExitAsync().WaitAsync(s_longestCommand);
            return (process.ExitCode, output, await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
