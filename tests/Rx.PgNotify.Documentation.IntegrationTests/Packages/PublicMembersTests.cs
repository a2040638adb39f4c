using Microsoft.CodeAnalysis;

namespace Rx.PgNotify.Documentation.IntegrationTests.Packages;

/// <summary>What users can see of each library. PublicAPI.*.txt declares it, which the build holds against the code.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PublicMembersTests
{
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
}
