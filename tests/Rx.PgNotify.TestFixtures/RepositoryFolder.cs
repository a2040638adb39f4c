namespace Rx.PgNotify.TestFixtures;

/// <summary>The repository that the tests run in.</summary>
static class RepositoryFolder
{
    internal static string Path { get; } = Find();

    static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Rx.PgNotify.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
