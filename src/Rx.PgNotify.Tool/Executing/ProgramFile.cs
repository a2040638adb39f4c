namespace Rx.PgNotify.Tool.Executing;

/// <summary>Finds a program as a shell does: by its path, or in the folders of <c>PATH</c>.</summary>
/// <remarks>
/// <see cref="System.Diagnostics.Process"/> looks beside this program and in the present folder first: there <c>make</c> would run
/// whatever file of that name lies in the folder.
/// </remarks>
static class ProgramFile
{
    const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <returns>The program's path; <see langword="null"/> if there is none.</returns>
    internal static string? Find(string name)
    {
        // Windows adds endings and looks in places of its own.
        if (OperatingSystem.IsWindows())
            return name;
        if (name.Contains('/', StringComparison.Ordinal))
            return IsExecutable(name) ? Path.GetFullPath(name) : null;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(IsExecutable);
    }

    static bool IsExecutable(string path) =>
        !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & Executable) != UnixFileMode.None;
}
