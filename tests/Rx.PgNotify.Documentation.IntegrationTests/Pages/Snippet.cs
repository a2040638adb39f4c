using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Rx.PgNotify.Analyzers;

namespace Rx.PgNotify.Documentation.IntegrationTests.Pages;

/// <summary>A fenced block of C# in a Markdown page.</summary>
public sealed record Snippet(string Page, int Line, string Code)
{
    const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    const string SignatureUsings = """
        using System.Collections.ObjectModel;
        using System.Reactive.Concurrency;
        using System.Text.Json;
        using System.Text.Json.Serialization.Metadata;
        using Rx.PgNotify;

        """;

    // A signature stands on its page without usings. This one counts where the page's programs show it.
    const string TablesUsing = "using Rx.PgNotify.Tables;";

    // What a program refers to takes far longer to read than a snippet to compile: once for all of them.
    static readonly Lazy<CSharpCompilation> s_empty = new(() => CSharpCompilation.Create(
        nameof(Snippet),
        [CSharpSyntaxTree.ParseText(ImplicitUsings)],
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
        Options(OutputKind.ConsoleApplication)));

    /// <summary>The snippets of README, docs and the packages, in order.</summary>
    public static IEnumerable<Snippet> All()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "docs"), "*.md", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Concat(Directory.EnumerateDirectories(Path.Combine(RepositoryFolder.Path, "src")).Select(project => Path.Combine(project, "README.md")).Where(File.Exists))
            .Prepend(Path.Combine(RepositoryFolder.Path, "README.md"));
        return pages.SelectMany(In);
    }

    /// <summary>Compiles it as a program of its own; without any statement it is taken for a method's signature.</summary>
    public (Assembly? Assembly, string Errors) Compile()
    {
        using var image = new MemoryStream();
        var result = Compilation().Emit(image);
        var errors = string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error));
        return (result.Success ? Assembly.Load(image.ToArray()) : null, errors);
    }

    /// <summary>What the analyzers that ship with the library report of it.</summary>
    public async Task<IEnumerable<Diagnostic>> WarningsAsync() =>
        await Compilation()
            .WithAnalyzers([new AsyncHandlerAnalyzer(), new DisposedTaskAnalyzer(), new LimitAnalyzer(), new ResyncAnalyzer()])
            .GetAnalyzerDiagnosticsAsync();

    public override string ToString() => $"{Page}:{Line}";

    CSharpCompilation Compilation()
    {
        var isProgram = Code.Contains(';', StringComparison.Ordinal);
        var code = isProgram ? Code : $"static class Signature {{ public static extern {Code}; }}";
        return s_empty.Value
            .AddSyntaxTrees(CSharpSyntaxTree.ParseText(isProgram ? code : SignatureUsings + UsingsOfThePage() + code))
            .WithOptions(Options(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary));
    }

    string UsingsOfThePage() => File.ReadLines(Path.Combine(RepositoryFolder.Path, Page)).Contains(TablesUsing, StringComparer.Ordinal) ? TablesUsing : "";

    static CSharpCompilationOptions Options(OutputKind kind) => new(kind, nullableContextOptions: NullableContextOptions.Enable);

    static IEnumerable<Snippet> In(string path)
    {
        var lines = File.ReadAllLines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] != "```csharp")
                continue;
            var code = lines.Skip(i + 1).TakeWhile(line => line != "```").ToArray();
            yield return new Snippet(Path.GetRelativePath(RepositoryFolder.Path, path), i + 2, string.Join('\n', code));
            i += code.Length;
        }
    }
}
