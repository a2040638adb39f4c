using Microsoft.CodeAnalysis;
using Rx.PgNotify.IntegrationTests.Documentation;

namespace Rx.PgNotify.IntegrationTests.Packages;

/// <summary>What users can see of each library, against the text that was reviewed.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PublicSurfaceTests
{
    const string Accept = "PGNOTIFY_ACCEPT_SURFACE";

    [TestCaseSource(typeof(PackableLibrary), nameof(PackableLibrary.All))]
    public void PublicSurface_OfALibrary_IsTheReviewedOne(PackableLibrary library)
    {
        ArgumentNullException.ThrowIfNull(library);
        var reviewed = Path.Combine(library.Folder, "PublicSurface.txt");
        var surface = PublicSurface.Of(library);
        if (Environment.GetEnvironmentVariable(Accept) is "1")
            File.WriteAllText(reviewed, surface);
        var expected = File.Exists(reviewed) ? File.ReadAllText(reviewed).ReplaceLineEndings("\n") : "";

        var (old, now) = (Lines(expected), Lines(surface));
        var difference = old.Except(now).Select(line => $"- {line}").Concat(now.Except(old).Select(line => $"+ {line}"));
        Assert.That(surface == expected, Is.True, $"""
            The public surface of {library.Name} has changed:
            {string.Join('\n', difference)}
            If that is meant, run this test with {Accept}=1, which writes {Path.GetRelativePath(Snippet.Root, reviewed)}, and commit the file.
            """);
    }

    // The compiler demands as much (CS1591), unless a project switches that off.
    [TestCaseSource(typeof(PackableLibrary), nameof(PackableLibrary.All))]
    public void PublicMembers_OfALibrary_AreAllDocumented(PackableLibrary library)
    {
        ArgumentNullException.ThrowIfNull(library);
        var documented = library.Documented();
        var types = library.PublicTypes().ToList();
        var bare = types.Concat(types.SelectMany(PackableLibrary.PublicMembers))
            .Where(symbol => !documented.Contains(symbol.GetDocumentationCommentId()!) && !IsDefaultConstructor(symbol))
            .Select(symbol => symbol.ToDisplayString());

        Assert.That(types, Is.Not.Empty);
        Assert.That(bare, Is.Empty);
    }

    // The compiler may have made it.
    static bool IsDefaultConstructor(ISymbol symbol) => symbol is IMethodSymbol { MethodKind: MethodKind.Constructor, Parameters: [] };

    static HashSet<string> Lines(string text) => [.. text.Split('\n')];
}
