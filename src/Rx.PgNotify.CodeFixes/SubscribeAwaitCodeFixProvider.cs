using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Rx.PgNotify.CodeFixes;

/// <summary>PGN0001 and PGN0002: makes a <c>Subscribe</c> with an asynchronous <c>onNext</c> a <c>SubscribeAwait</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SubscribeAwaitCodeFixProvider))]
[Shared]
public sealed class SubscribeAwaitCodeFixProvider : CodeFixProvider
{
    const string Title = "Await each call, with SubscribeAwait";
    const string DroppedTaskId = "PGN0002";

    /// <inheritdoc />
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGN0001", DroppedTaskId);

    /// <inheritdoc />
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc />
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var document = context.Document;
        var root = await document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is not CompilationUnitSyntax unit || model is null)
            return;
        foreach (var diagnostic in context.Diagnostics)
        {
            if (HandlerOf(unit, diagnostic) is { Parent: ArgumentSyntax { Parent: ArgumentListSyntax { Parent: InvocationExpressionSyntax call } } argument } handler
                && IsSubscribe(call, argument, model, context.CancellationToken))
                context.RegisterCodeFix(
                    CodeAction.Create(
                        Title,
                        cancellationToken => Task.FromResult(Fix(document, unit, model, new SubscribeCall(call, handler), cancellationToken)),
                        equivalenceKey: nameof(SubscribeAwaitCodeFixProvider)),
                    diagnostic);
        }
    }

    // An async method, by its name, would have to return a task first, and may be used elsewhere.
    static AnonymousFunctionExpressionSyntax? HandlerOf(CompilationUnitSyntax unit, Diagnostic diagnostic)
    {
        var token = unit.FindToken(diagnostic.Location.SourceSpan.Start);
        return diagnostic.Id is DroppedTaskId || token.IsKind(SyntaxKind.AsyncKeyword)
            ? token.Parent?.FirstAncestorOrSelf<AnonymousFunctionExpressionSyntax>()
            : null;
    }

    // The overloads with a token return nothing: there is no subscription that could end before it is cancelled.
    static bool IsSubscribe(
        InvocationExpressionSyntax call, ArgumentSyntax handler, SemanticModel model, CancellationToken cancellationToken) =>
        model.GetOperation(call, cancellationToken) is IInvocationOperation { TargetMethod: { Name: "Subscribe", ReturnsVoid: false } method } operation
        && method.ContainingType.Name is "ObservableExtensions"
        && call.Expression is MemberAccessExpressionSyntax or MemberBindingExpressionSyntax
        && model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { ReducedFrom: not null }
        && operation.Arguments.Any(argument => argument.Syntax == handler && argument.Parameter?.Name is "onNext")
        && model.Compilation.GetTypeByMetadataName("Rx.PgNotify.PgObservable")?.GetMembers(SubscribeCall.Awaited).IsEmpty == false;

    static Document Fix(
        Document document, CompilationUnitSyntax unit, SemanticModel model, SubscribeCall call, CancellationToken cancellationToken)
    {
        var source = ((IInvocationOperation)model.GetOperation(call.Syntax, cancellationToken)!).Arguments[0].Value.Type;
        var isInScope = !model.LookupSymbols(
            call.Syntax.SpanStart, source, SubscribeCall.Awaited, includeReducedExtensionMethods: true).IsEmpty;
        var fixedUnit = unit.ReplaceNode(call.Syntax, call.WithAwaitedHandler(model, cancellationToken));
        if (!isInScope)
            fixedUnit = fixedUnit.AddUsings(
                SyntaxFactory.UsingDirective(SyntaxFactory.ParseName("Rx.PgNotify")).NormalizeWhitespace().WithTrailingTrivia(SyntaxFactory.ElasticLineFeed));
        return document.WithSyntaxRoot(fixedUnit);
    }
}
