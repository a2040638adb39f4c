using Microsoft.CodeAnalysis;

namespace Rx.PgNotify.Analyzers;

/// <summary>Types that the rules know, by name: which versions a project refers to does not matter.</summary>
static class Library
{
    const string Name = "Rx.PgNotify";

    /// <summary>Whether a type is in one of the packages.</summary>
    internal static bool Owns(ITypeSymbol? type) =>
        type?.ContainingAssembly?.Name is { } assembly
        && (assembly is Name || assembly.StartsWith(Name + ".", StringComparison.Ordinal));

    /// <summary>Whether a method of System.Reactive is one that calls what it is given for each value, or at the end.</summary>
    internal static bool IsObserving(IMethodSymbol method) =>
        method.ContainingType?.ContainingAssembly?.Name is "System.Reactive"
        && (method.ContainingType.Name, method.Name) is
            ("ObservableExtensions", "Subscribe")
            or ("Observer", "Create")
            or ("Observable", "Do" or "ForEachAsync" or "Finally");

    /// <summary>A method as its caller writes it: a constructor by its type.</summary>
    internal static string NameOf(IMethodSymbol method) =>
        method.MethodKind == MethodKind.Constructor ? method.ContainingType.Name : method.Name;

    /// <summary>Whether a type is a task, with or without a result.</summary>
    internal static bool IsTask(ITypeSymbol? type) =>
        type is INamedTypeSymbol
        {
            Name: "Task" or "ValueTask",
            ContainingNamespace:
            {
                Name: "Tasks",
                ContainingNamespace: { Name: "Threading", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } },
            },
        };
}
