using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Rx.PgNotify.Analyzers;

/// <summary>PGN0004 and PGN0005: constants that the library refuses as a channel name or a payload, whenever the call is made.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LimitAnalyzer : OperationAnalyzer
{
    /// <summary>Called by the compiler.</summary>
    public LimitAnalyzer()
        : base(OperationKind.Argument, Rules.ChannelName, Rules.Payload)
    {
    }

    private protected override void Analyze(OperationAnalysisContext context)
    {
        var argument = (IArgumentOperation)context.Operation;
        if (argument is not
            {
                ArgumentKind: ArgumentKind.Explicit,
                Value.ConstantValue: { HasValue: true, Value: string text },
                Parameter: { ContainingSymbol: IMethodSymbol method } parameter,
            }
            || !IsChecking(method))
            return;
        DiagnosticDescriptor rule;
        string? problem;
        switch (parameter.Name)
        {
            case "channel":
            case "name" when method.Name is "Channel":
                (rule, problem) = (Rules.ChannelName, Utf8Limit.OfName(text));
                break;
            case "payload":
                (rule, problem) = (Rules.Payload, Utf8Limit.OfPayload(text));
                break;
            default:
                return;
        }

        if (problem is not null)
            context.ReportDiagnostic(Diagnostic.Create(rule, argument.Value.Syntax.GetLocation(), Library.NameOf(method), problem));
    }

    // Notification and ChannelSignal have such parameters too, for tests, and take anything.
    static bool IsChecking(IMethodSymbol method) =>
        Library.Owns(method.ContainingType)
        && method.ContainingType.Name is
            "PgListener" or "NatsListener" or "PgNotifier" or "NpgsqlNotifyExtensions" or "PgObservable"
            or "PgListenerChangeTokenExtensions" or "TableTrigger";
}
