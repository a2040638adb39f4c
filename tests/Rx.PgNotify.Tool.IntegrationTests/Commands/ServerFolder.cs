using System.Runtime.Versioning;

namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>A folder for temporary files of a tool that starts a server, and what that leaves behind.</summary>
[UnsupportedOSPlatform("windows")]
sealed class ServerFolder : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pgnotify-demo-");

    // A server that runs as another account has to get through to its folder.
    public ServerFolder() => File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

    public string Path => _folder.FullName;

    /// <summary>The servers' own; the runtime keeps files of its own here.</summary>
    public IEnumerable<string> Entries =>
        _folder.EnumerateFileSystemInfos().Select(entry => entry.Name).Where(name => name.Contains("pgnotify", StringComparison.Ordinal));

    /// <summary>The command lines that mention the folder.</summary>
    public IEnumerable<string> Processes => !OperatingSystem.IsLinux()
        ? []
        : Directory.EnumerateDirectories("/proc")
            .Where(process => char.IsAsciiDigit(System.IO.Path.GetFileName(process)[0]))
            .Select(process => System.IO.Path.Combine(process, "cmdline"))
            .Select(file =>
            {
                try
                {
                    return File.ReadAllText(file);
                }
                catch (IOException)
                {
                    return "";
                }
            })
            .Where(command => command.Contains(Path, StringComparison.Ordinal));

    public void Dispose() => _folder.Delete(recursive: true);
}
