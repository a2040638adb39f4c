using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Rx.PgNotify.CodeFixes;

/// <summary>PGN0003: awaits the subscription whose task is disposed of.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AwaitSubscriptionCodeFixProvider))]
[Shared]
public sealed class AwaitSubscriptionCodeFixProvider : CodeFixProvider
{
    const string Title = "Await the subscription";

    /// <inheritdoc />
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGN0003");

    /// <inheritdoc />
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc />
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var document = context.Document;
        var root = await document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null || model is null)
            return;
        foreach (var diagnostic in context.Diagnostics)
        {
            if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is InvocationExpressionSyntax call
                && MayAwait(call, model, context.CancellationToken))
                context.RegisterCodeFix(
                    CodeAction.Create(
                        Title,
                        _ => Task.FromResult(document.WithSyntaxRoot(root.ReplaceNode(call, Awaited(call)))),
                        equivalenceKey: nameof(AwaitSubscriptionCodeFixProvider)),
                    diagnostic);
        }
    }

    // A method that is not async would need another return type, and its callers would have to follow.
    static bool MayAwait(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellationToken) =>
        model.GetEnclosingSymbol(call.SpanStart, cancellationToken) is IMethodSymbol { IsAsync: true }
        || (call.FirstAncestorOrSelf<GlobalStatementSyntax>() is not null
            && call.FirstAncestorOrSelf<AnonymousFunctionExpressionSyntax>() is null
            && call.FirstAncestorOrSelf<LocalFunctionStatementSyntax>() is null);

    static AwaitExpressionSyntax Awaited(InvocationExpressionSyntax call) =>
        SyntaxFactory.AwaitExpression(
                SyntaxFactory.Token(default, SyntaxKind.AwaitKeyword, SyntaxFactory.TriviaList(SyntaxFactory.Space)), call.WithoutTrivia())
            .WithTriviaFrom(call);
}
