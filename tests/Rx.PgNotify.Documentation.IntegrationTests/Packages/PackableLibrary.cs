using System.Runtime.CompilerServices;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Rx.PgNotify.Documentation.IntegrationTests.Packages;

/// <summary>A library of the repository that ships as a package, as the compiler of its users sees it.</summary>
public sealed record PackableLibrary(string Name, string Folder)
{
    /// <summary>Every project under src that says it is packable and no tool.</summary>
    public static IEnumerable<PackableLibrary> All() =>
        from path in Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "src"), "*.csproj", SearchOption.AllDirectories)
        let project = XDocument.Load(path)
        where Says(project, "IsPackable") && !Says(project, "PackAsTool")
        select new PackableLibrary(Path.GetFileNameWithoutExtension(path), Path.GetDirectoryName(path)!);

    /// <summary>What the documentation that ships with it tells of, as the compiler's identifiers.</summary>
    public IReadOnlySet<string> Documented() => XDocument.Load(AssemblyFile(".xml")).Descendants("member")
        .Where(member => member.HasElements)
        .Select(member => member.Attribute("name")!.Value)
        .ToHashSet();

    public IEnumerable<INamedTypeSymbol> PublicTypes()
    {
        var path = AssemblyFile(".dll");
        var library = MetadataReference.CreateFromFile(path);
        var others = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(other => other != path)
            .Select(other => MetadataReference.CreateFromFile(other));
        var compilation = CSharpCompilation.Create("user", references: [library, .. others]);
        var assembly = (IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(library)!;
        return TypesIn(assembly.GlobalNamespace);
    }

    /// <summary>Without those that the compiler makes for a record.</summary>
    public static IEnumerable<ISymbol> PublicMembers(INamedTypeSymbol type) => type.GetMembers().Where(member =>
        IsPublic(member) && !member.IsImplicitlyDeclared && member is not IMethodSymbol { AssociatedSymbol: not null } && !IsMadeByCompiler(member));

    public override string ToString() => Name;

    string AssemblyFile(string extension)
    {
        var path = Path.Combine(AppContext.BaseDirectory, Name + extension);
        Assert.That(path, Does.Exist, "This test project has to refer to every library that is packable.");
        return path;
    }

    static IEnumerable<INamedTypeSymbol> TypesIn(INamespaceOrTypeSymbol container) => container.GetMembers().SelectMany(member => member switch
    {
        INamespaceSymbol inner => TypesIn(inner),
        INamedTypeSymbol type when IsPublic(type) => TypesIn(type).Prepend(type),
        _ => [],
    });

    static bool IsPublic(ISymbol symbol) =>
        symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal;

    static bool IsMadeByCompiler(ISymbol symbol) =>
        symbol.Name is "EqualityContract" || symbol.GetAttributes().Any(attribute => attribute.AttributeClass?.Name is nameof(CompilerGeneratedAttribute));

    static bool Says(XDocument project, string property) =>
        project.Descendants(property).Any(element => bool.TryParse(element.Value, out var value) && value);
}
