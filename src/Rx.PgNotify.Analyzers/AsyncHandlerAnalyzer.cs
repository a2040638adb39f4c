using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Rx.PgNotify.Analyzers;

/// <summary>PGN0001 and PGN0002: asynchronous functions where a handler is called and not awaited.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AsyncHandlerAnalyzer : OperationAnalyzer
{
    /// <summary>Called by the compiler.</summary>
    public AsyncHandlerAnalyzer()
        : base(OperationKind.DelegateCreation, Rules.AsyncHandler, Rules.DroppedTask)
    {
    }

    private protected override void Analyze(OperationAnalysisContext context)
    {
        var handler = (IDelegateCreationOperation)context.Operation;
        DiagnosticDescriptor rule;
        Location location;
        switch (handler.Target)
        {
            case IAnonymousFunctionOperation { Symbol.IsAsync: true, Syntax: AnonymousFunctionExpressionSyntax syntax }:
                (rule, location) = (Rules.AsyncHandler, syntax.AsyncKeyword.GetLocation());
                break;
            case IMethodReferenceOperation { Method.IsAsync: true } method:
                (rule, location) = (Rules.AsyncHandler, method.Syntax.GetLocation());
                break;
            case IAnonymousFunctionOperation function when DroppedTask(function) is { } call:
                (rule, location) = (Rules.DroppedTask, call.Syntax.GetLocation());
                break;
            default:
                return;
        }

        if (HandlerTaker.Of(handler) is { } taker)
            context.ReportDiagnostic(Diagnostic.Create(rule, location, taker.Member, taker.Advice));
    }

    /// <summary>The call of a lambda that does nothing else, if it returns a task.</summary>
    static IInvocationOperation? DroppedTask(IAnonymousFunctionOperation function)
    {
        IInvocationOperation? only = null;
        foreach (var operation in function.Body.Operations)
        {
            if (operation is IReturnOperation { ReturnedValue: null })
                continue;
            if (only is not null || operation is not IExpressionStatementOperation { Operation: IInvocationOperation call })
                return null;
            only = call;
        }

        return Library.IsTask(only?.Type) && !IsContinuation(only!) ? only : null;
    }

    // Whoever continues a task looks at it there.
    static bool IsContinuation(IInvocationOperation call) =>
        call.TargetMethod.Name is "ContinueWith" && Library.IsTask(call.TargetMethod.ContainingType);
}
