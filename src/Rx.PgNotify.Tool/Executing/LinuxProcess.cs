using System.Globalization;

namespace Rx.PgNotify.Tool.Executing;

/// <summary>A process as <c>/proc</c> shows it. Its number may be given to another one, which began at another time.</summary>
sealed record LinuxProcess(int Id, int Parent, string Began)
{
    const string Folder = "/proc";

    /// <summary>Whether it has not ended yet.</summary>
    internal bool IsRunning => Find(Id) is { } present && string.Equals(present.Began, Began, StringComparison.Ordinal);

    /// <summary>Those that descend from a process, at the moment of looking; none on a system without <c>/proc</c>.</summary>
    internal static IReadOnlyList<LinuxProcess> DescendantsOf(int id)
    {
        if (!OperatingSystem.IsLinux())
            return [];
        var children = Directory.EnumerateDirectories(Folder, "?*")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Find(number) : null)
            .OfType<LinuxProcess>()
            .ToLookup(process => process.Parent);
        var found = children[id].ToList();
        for (var i = 0; i < found.Count; i++)
            found.AddRange(children[found[i].Id]);
        return found;
    }

    static LinuxProcess? Find(int id)
    {
        try
        {
            // "123 (any name) S 1 ...": the name may hold blanks and brackets, so the last bracket counts.
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"{Folder}/{id}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            // Of one that has ended (Z), or is being removed (X), somebody has yet to ask how.
            return fields[0] is "Z" or "X" ? null : new LinuxProcess(id, int.Parse(fields[1], CultureInfo.InvariantCulture), fields[19]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
