using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Rx.PgNotify.Analyzers;

/// <summary>PGN0006: a handler directly behind <c>Signals</c> that throws at each Resync, the first signal among them.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ResyncAnalyzer : OperationAnalyzer
{
    /// <summary>Called by the compiler.</summary>
    public ResyncAnalyzer()
        : base(OperationKind.DelegateCreation, Rules.Resync)
    {
    }

    private protected override void Analyze(OperationAnalysisContext context)
    {
        var handler = (IDelegateCreationOperation)context.Operation;
        if (handler is { Target: IAnonymousFunctionOperation function, Parent: IArgumentOperation { Parent: IInvocationOperation call } argument }
            && argument.Parameter?.Name is not "resultSelector" // of SelectMany: not called for a signal that gives nothing
            && CallsForEachSignal(call.TargetMethod)
            && IsUnfiltered(call)
            && CertainRead(function) is { } read)
            context.ReportDiagnostic(Diagnostic.Create(Rules.Resync, read.Syntax.GetLocation(), call.TargetMethod.Name));
    }

    // CoalesceBy is not one of them: it asks for no key of a Resync.
    static bool CallsForEachSignal(IMethodSymbol method) =>
        Library.IsObserving(method)
        || (method.ContainingType?.ContainingAssembly?.Name is "System.Reactive"
            && (method.ContainingType.Name, method.Name) is ("Observable", "Select" or "SelectMany" or "Where"))
        || (Library.Owns(method.ContainingType)
            && method.Name is "SubscribeAsync" or "SubscribeAwait" or "SelectAwait" or "SelectConflated");

    static bool IsUnfiltered(IInvocationOperation call)
    {
        var source = call.Instance ?? call.Arguments.FirstOrDefault()?.Value;
        while (source is IConversionOperation conversion)
            source = conversion.Operand;
        return source?.Type is { Name: "ChannelSignals" } type && Library.Owns(type);
    }

    /// <summary>A read of <c>Notification</c> that no signal gets past, in a handler that asks nothing else of the signal.</summary>
    static IOperation? CertainRead(IAnonymousFunctionOperation function)
    {
        if (function.Symbol.Parameters.FirstOrDefault() is not { } signal)
            return null;
        IOperation? certain = null;
        foreach (var use in function.Body.Descendants().OfType<IParameterReferenceOperation>())
        {
            if (!SymbolEqualityComparer.Default.Equals(use.Parameter, signal))
                continue;
            if (use.Parent is not IPropertyReferenceOperation { Property.Name: "Notification" } read)
                return null;
            if (certain is null && IsEvaluatedFirst(read, function.Body))
                certain = read;
        }

        return certain;
    }

    // In the first statement, and in no part of it that may be left out.
    static bool IsEvaluatedFirst(IOperation read, IBlockOperation body)
    {
        var operation = read;
        while (operation.Parent is { } parent && parent != body)
        {
            if (!Evaluates(parent, operation))
                return false;
            operation = parent;
        }

        return body.Operations.FirstOrDefault() == operation;
    }

    static bool Evaluates(IOperation operation, IOperation part) => operation switch
    {
        IConditionalOperation conditional => conditional.Condition == part,
        ICoalesceOperation coalesce => coalesce.Value == part,
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } binary => binary.LeftOperand == part,
        IBinaryOperation or IUnaryOperation or ITupleOperation or IConversionOperation
            or IPropertyReferenceOperation or IFieldReferenceOperation or IInvocationOperation or IArgumentOperation
            or IObjectCreationOperation or IInterpolatedStringOperation or IInterpolationOperation or IAwaitOperation
            or IExpressionStatementOperation or IReturnOperation or ISimpleAssignmentOperation or IVariableInitializerOperation
            or IVariableDeclaratorOperation or IVariableDeclarationOperation or IVariableDeclarationGroupOperation => true,
        _ => false,
    };
}
