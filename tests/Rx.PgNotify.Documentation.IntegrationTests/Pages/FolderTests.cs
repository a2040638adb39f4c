using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Rx.PgNotify.Documentation.IntegrationTests.Pages;

/// <summary>The folders of a library refer to each other in one direction, as the page on its structure says.</summary>
[Parallelizable(ParallelScope.All)]
public class FolderTests
{
    const string Core = "Rx.PgNotify";
    const string Tables = "Rx.PgNotify.Tables";
    const string Nats = "Rx.PgNotify.Nats";

    [TestCase(Core)]
    [TestCase(Tables)]
    [TestCase(Nats)]
    [TestCase("Rx.PgNotify.EntityFrameworkCore")]
    public void NoTwoFolders_ReferToEachOtherInACircle(string library)
    {
        var references = References(library);
        foreach (var folder in references.Keys)
            Assert.That(Reachable(folder, references), Does.Not.Contain(folder), $"{folder} refers to itself by way of others");
    }

    [TestCase(Core)]
    [TestCase(Tables)]
    [TestCase(Nats)]
    public void TheTableOfReferences_SaysWhatTheCodeDoes(string library)
    {
        var page = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "how-it-works.md"));
        foreach (var (folder, others) in References(library))
        {
            var cell = others.Count == 0 ? "–" : string.Join(", ", others.Select(other => $"`{other}/`"));
            Assert.That(page, Does.Contain($"| `{folder}/` | {cell} |"));
        }
    }

    static HashSet<string> Reachable(string folder, SortedDictionary<string, SortedSet<string>> references)
    {
        var found = new HashSet<string>(references[folder], StringComparer.Ordinal);
        for (var open = new Queue<string>(found); open.TryDequeue(out var next);)
        {
            foreach (var other in references[next].Where(found.Add))
                open.Enqueue(other);
        }

        return found;
    }

    // By the namespaces that a file uses, and by the names of types in the library's own namespace. What stands beside the folders, the
    // public types, may use all and be used by all; so may a class that is spread over several folders.
    static SortedDictionary<string, SortedSet<string>> References(string library)
    {
        var files = Directory.EnumerateDirectories(Path.Combine(RepositoryFolder.Path, "src", library))
            .Where(folder => Path.GetFileName(folder) is not ("bin" or "obj"))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Select(file => (Folder: Path.GetFileName(folder), Root: (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot())))
            .ToList();
        var homes = files
            .SelectMany(file => file.Root.Members.OfType<BaseNamespaceDeclarationSyntax>()
                .Where(space => space.Name.ToString() == library)
                .SelectMany(space => space.Members).Select(type => (file.Folder, Name: NameOf(type))))
            .GroupBy(type => type.Name, StringComparer.Ordinal)
            .Where(types => types.Select(type => type.Folder).Distinct(StringComparer.Ordinal).Count() == 1)
            .ToDictionary(types => types.Key, types => types.First().Folder, StringComparer.Ordinal);
        var references = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var (folder, root) in files)
        {
            if (!references.TryGetValue(folder, out var others))
                references[folder] = others = new SortedSet<string>(StringComparer.Ordinal);
            others.UnionWith(root.Usings.Select(directive => directive.Name!.ToString())
                .Where(name => name.StartsWith($"{library}.", StringComparison.Ordinal))
                .Select(name => name[(library.Length + 1)..]));
            others.UnionWith(root.DescendantNodes().OfType<SimpleNameSyntax>()
                .Select(name => homes.GetValueOrDefault(name.Identifier.Text)).OfType<string>());
            others.Remove(folder);
        }

        return references;
    }

    static string NameOf(MemberDeclarationSyntax member) => member switch
    {
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        _ => throw new NotSupportedException($"Neither a type nor a delegate: {member}"),
    };
}
