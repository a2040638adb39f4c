using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Rx.PgNotify.Analyzers;

/// <summary>PGN0003: <c>using</c> of what SubscribeAsync returns, without <c>await</c>.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DisposedTaskAnalyzer : OperationAnalyzer
{
    /// <summary>Called by the compiler.</summary>
    public DisposedTaskAnalyzer()
        : base(OperationKind.Invocation, Rules.DisposedTask)
    {
    }

    private protected override void Analyze(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        var method = call.TargetMethod;
        if (method.Name is "SubscribeAsync" && Library.IsTask(call.Type) && Library.Owns(method.ContainingType) && IsResource(call))
            context.ReportDiagnostic(Diagnostic.Create(Rules.DisposedTask, call.Syntax.GetLocation(), method.Name));
    }

    // A call is a child of a using statement as its resource, and never as its body, which is a statement.
    static bool IsResource(IOperation value)
    {
        var user = value.Parent;
        while (user is IConversionOperation or IVariableInitializerOperation or IVariableDeclaratorOperation
            or IVariableDeclarationOperation or IVariableDeclarationGroupOperation)
            user = user.Parent;
        return user is IUsingOperation or IUsingDeclarationOperation;
    }
}
