using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace Rx.PgNotify.CodeFixes;

/// <summary>A call of <c>Subscribe</c> and the function among its arguments that is to be awaited.</summary>
sealed class SubscribeCall(InvocationExpressionSyntax syntax, AnonymousFunctionExpressionSyntax handler)
{
    internal const string Awaited = "SubscribeAwait";

    const string OnError = "onError";

    internal InvocationExpressionSyntax Syntax => syntax;

    /// <summary>The same call of <c>SubscribeAwait</c>.</summary>
    internal InvocationExpressionSyntax WithAwaitedHandler(SemanticModel model, CancellationToken cancellationToken)
    {
        var names = ParameterNames(model, cancellationToken);
        var call = syntax.ReplaceNode(handler, new AwaitedHandler(handler, model).ToSyntax());
        if (!names.Contains(OnError))
            call = WithErrorHandler(call);
        return call.WithExpression(Renamed(call.Expression));
    }

    // What an async void throws ends the process, and so does this: whoever reads it knows better what to do.
    static InvocationExpressionSyntax WithErrorHandler(InvocationExpressionSyntax call)
    {
        var arguments = call.ArgumentList.Arguments;
        var endProcess = SyntaxFactory.Argument(EndOfTheProcess());
        var isNamed = arguments.Any(argument => argument.NameColon is not null);
        if (isNamed)
            endProcess = endProcess.WithNameColon(
                SyntaxFactory.NameColon(OnError).WithTrailingTrivia(SyntaxFactory.Space));
        return call.WithArgumentList(call.ArgumentList.WithArguments(
            arguments.Insert(isNamed ? arguments.Count : 1, endProcess.WithLeadingTrivia(SyntaxFactory.Space))));
    }

    // Only the name itself is simplified, not what stands around it.
    static ExpressionSyntax EndOfTheProcess()
    {
        var lambda = SyntaxFactory.ParseExpression("error => Environment.FailFast(error.Message, error)");
        var environment = SyntaxFactory.ParseExpression("global::System.Environment").WithAdditionalAnnotations(Simplifier.Annotation);
        return lambda.ReplaceNode(
            lambda.DescendantNodes().OfType<IdentifierNameSyntax>().Single(name => name.Identifier.ValueText is "Environment"), environment);
    }

    static ExpressionSyntax Renamed(ExpressionSyntax expression) => expression switch
    {
        MemberAccessExpressionSyntax access => access.WithName(Renamed(access.Name)),
        MemberBindingExpressionSyntax binding => binding.WithName(Renamed(binding.Name)),
        _ => expression,
    };

    static SimpleNameSyntax Renamed(SimpleNameSyntax name) =>
        name.WithIdentifier(SyntaxFactory.Identifier(Awaited).WithTriviaFrom(name.Identifier));

    List<string> ParameterNames(SemanticModel model, CancellationToken cancellationToken)
    {
        var parameters = ((IMethodSymbol)model.GetSymbolInfo(syntax, cancellationToken).Symbol!).Parameters;
        return [.. parameters.Select(parameter => parameter.Name)];
    }
}
