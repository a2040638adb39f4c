using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace Rx.PgNotify.CodeFixes;

/// <summary>A function of a value, as one of a value and a token that returns a task.</summary>
sealed class AwaitedHandler(AnonymousFunctionExpressionSyntax handler, SemanticModel model)
{
    static readonly string[] s_names = ["cancellationToken", "cancellation", "token", "ct"];

    internal AnonymousFunctionExpressionSyntax ToSyntax()
    {
        var function = handler.AsyncKeyword.IsKind(SyntaxKind.None) ? Async(handler) : handler;
        AnonymousFunctionExpressionSyntax awaited = function switch
        {
            SimpleLambdaExpressionSyntax lambda => SyntaxFactory.ParenthesizedLambdaExpression(
                lambda.AttributeLists, lambda.Modifiers, returnType: null, WithToken([lambda.Parameter]), lambda.ArrowToken, lambda.Block, lambda.ExpressionBody),
            ParenthesizedLambdaExpressionSyntax lambda =>
                lambda.WithParameterList(WithToken(lambda.ParameterList.Parameters).WithTriviaFrom(lambda.ParameterList)),
            AnonymousMethodExpressionSyntax { ParameterList: { } list } method =>
                method.WithParameterList(WithToken(list.Parameters).WithTriviaFrom(list)),
            _ => function, // delegate { … } takes whatever parameters it is given
        };
        return awaited.WithTriviaFrom(handler);
    }

    // Its only expression returns the task: whatever kind that is of, an async function may await it.
    static AnonymousFunctionExpressionSyntax Async(AnonymousFunctionExpressionSyntax function)
    {
        var call = function.ExpressionBody
            ?? function.Block!.Statements.OfType<ExpressionStatementSyntax>().Single().Expression;
        var awaited = SyntaxFactory.AwaitExpression(
                SyntaxFactory.Token(default, SyntaxKind.AwaitKeyword, SyntaxFactory.TriviaList(SyntaxFactory.Space)), call.WithoutTrivia())
            .WithTriviaFrom(call);
        var keyword = SyntaxFactory.Token(default, SyntaxKind.AsyncKeyword, SyntaxFactory.TriviaList(SyntaxFactory.Space));
        var awaiting = function.ReplaceNode(call, awaited).WithoutLeadingTrivia();
        return awaiting.WithModifiers(awaiting.Modifiers.Add(keyword));
    }

    ParameterListSyntax WithToken(IEnumerable<ParameterSyntax> parameters)
    {
        var value = parameters.Single().WithoutTrivia();
        var token = SyntaxFactory.Parameter(SyntaxFactory.Identifier(FreeName()));
        if (value.Type is not null)
            token = token.WithType(SyntaxFactory.ParseTypeName("global::System.Threading.CancellationToken")
                .WithTrailingTrivia(SyntaxFactory.Space)
                .WithAdditionalAnnotations(Simplifier.Annotation));
        var comma = SyntaxFactory.Token(default, SyntaxKind.CommaToken, SyntaxFactory.TriviaList(SyntaxFactory.Space));
        var list = SyntaxFactory.ParameterList(SyntaxFactory.SeparatedList<ParameterSyntax>([value, token], [comma]));
        return handler is SimpleLambdaExpressionSyntax ? list.WithTrailingTrivia(SyntaxFactory.Space) : list;
    }

    // One that the handler means by the name already would get another meaning.
    string FreeName()
    {
        var used = handler.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText);
        var taken = new HashSet<string>(used, StringComparer.Ordinal);
        return s_names.FirstOrDefault(name => !taken.Contains(name) && model.LookupSymbols(handler.SpanStart, name: name).IsEmpty)
            ?? "ofTheSubscription";
    }
}
