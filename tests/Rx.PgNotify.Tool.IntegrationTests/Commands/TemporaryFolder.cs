namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

/// <summary>A folder with files of a test's, which goes with it.</summary>
sealed class TemporaryFolder : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pgnotify-tool-");

    internal string Path => _folder.FullName;

    internal string Write(string name, string text)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.WriteAllText(file, text);
        return file;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
