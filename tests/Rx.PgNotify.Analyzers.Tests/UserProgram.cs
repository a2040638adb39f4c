using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Rx.PgNotify.CodeFixes;

namespace Rx.PgNotify.Analyzers.Tests;

/// <summary>A program that uses the library, as the compiler sees it, and an editor that offers fixes.</summary>
sealed class UserProgram
{
    const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    const string Start = """
        using System.Reactive;
        using System.Reactive.Linq;
        using Npgsql;
        using Rx.PgNotify;
        using Rx.PgNotify.Tables;
        using Notification = Rx.PgNotify.Notification;

        var listener = new PgListener("Host=localhost");
        var channel = listener.Channel("orders");
        var database = NpgsqlDataSource.Create("Host=localhost");
        var options = new PgListenerOptions();

        """;

    const string End = """


        static Task SaveAsync(object value) => Task.CompletedTask;
        static ValueTask WriteAsync(object value) => default;
        static async void Handle(Notification value) => await SaveAsync(value);
        """;

    // The test's own process runs with all that such a program refers to.
    static readonly ImmutableArray<MetadataReference> s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    // What a program refers to takes far longer to read than a program to compile: once for all of them.
    static readonly Project s_empty = CreateEmpty();

    static readonly ImmutableArray<DiagnosticAnalyzer> s_analyzers =
    [
        new AsyncHandlerAnalyzer(), new DisposedTaskAnalyzer(), new LimitAnalyzer(), new ResyncAnalyzer(),
    ];

    static readonly ImmutableArray<CodeFixProvider> s_fixes = [new SubscribeAwaitCodeFixProvider(), new AwaitSubscriptionCodeFixProvider()];

    readonly Document _document;

    UserProgram(Document document) => _document = document;

    internal static IEnumerable<DiagnosticDescriptor> Rules => s_analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics);

    /// <summary>A program with these statements, a channel and a few functions.</summary>
    internal static UserProgram With(string statements) => Of(Start + statements + End);

    internal static UserProgram Of(string code) => new(s_empty.AddDocument("Program.cs", code));

    /// <summary>The statements between a channel and the functions.</summary>
    internal async Task<string> StatementsAsync()
    {
        var code = (await _document.GetTextAsync()).ToString();
        Assert.That(code, Does.StartWith(Start).And.EndsWith(End));
        return code[Start.Length..^End.Length];
    }

    internal async Task<string> CodeAsync() => (await _document.GetTextAsync()).ToString();

    /// <summary>What the analyzers report, each with its id and the code that it is about. The program has to compile.</summary>
    internal async Task<IReadOnlyList<string>> FindingsAsync() =>
        [.. (await DiagnosticsAsync()).Select(found => $"{found.Id} {found.Location.SourceTree!.GetText().ToString(found.Location.SourceSpan)}")];

    internal async Task<IReadOnlyList<Diagnostic>> DiagnosticsAsync()
    {
        var compilation = (await _document.Project.GetCompilationAsync())!;
        Assert.That(compilation.GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error), Is.Empty);
        var found = await compilation.WithAnalyzers(s_analyzers).GetAnalyzerDiagnosticsAsync();
        return [.. found.OrderBy(each => each.Location.SourceSpan.Start)];
    }

    /// <summary>The program after the fix of what is found first; <see langword="null"/> if none is offered.</summary>
    internal async Task<UserProgram?> FixedAsync()
    {
        var finding = (await DiagnosticsAsync())[0];
        var offered = new List<CodeAction>();
        var context = new CodeFixContext(_document, finding, (action, _) => offered.Add(action), CancellationToken.None);
        foreach (var provider in s_fixes.Where(provider => provider.FixableDiagnosticIds.Contains(finding.Id)))
            await provider.RegisterCodeFixesAsync(context);
        if (offered.Count == 0)
            return null;
        var operations = await offered.Single().GetOperationsAsync(CancellationToken.None);
        return new UserProgram(operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(_document.Id)!);
    }

    static Project CreateEmpty()
    {
        var project = new AdhocWorkspace().CurrentSolution.AddProject(ProjectInfo.Create(
            ProjectId.CreateNewId(), VersionStamp.Default, "user", "user", LanguageNames.CSharp,
            compilationOptions: new CSharpCompilationOptions(
                OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable),
            metadataReferences: s_references)).Projects.Single();
        project = project.AddDocument("Usings.cs", GlobalUsings).Project;
        _ = project.GetCompilationAsync().GetAwaiter().GetResult()!.GetDiagnostics(); // so that it is there for the programs to derive from
        return project;
    }
}
