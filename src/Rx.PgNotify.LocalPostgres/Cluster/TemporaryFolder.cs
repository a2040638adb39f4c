using System.Runtime.Versioning;

namespace Rx.PgNotify.LocalPostgres;

/// <summary>A folder for one server, closed to everybody but the account the server runs as.</summary>
[UnsupportedOSPlatform("windows")]
static class TemporaryFolder
{
    const string Prefix = "rx-pgnotify-";

    public static string Create(ServerAccount account)
    {
        var folder = !account.IsOther || CanBeEnteredByAll(Path.GetTempPath())
            ? Directory.CreateTempSubdirectory(Prefix).FullName
            // A temporary folder of root's own is of no use to another account.
            : Directory.CreateDirectory(Path.Combine("/tmp", Prefix + Path.GetRandomFileName()), UnixFileMode.UserRead
                | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        account.Own(folder);
        return folder;
    }

    static bool CanBeEnteredByAll(string path)
    {
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
        {
            if (!folder.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return false;
        }

        return true;
    }
}
