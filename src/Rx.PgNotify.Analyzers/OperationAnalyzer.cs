using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Rx.PgNotify.Analyzers;

/// <summary>Looks at each operation of one kind, in code that no generator has written.</summary>
public abstract class OperationAnalyzer : DiagnosticAnalyzer
{
    readonly OperationKind _kind;

    private protected OperationAnalyzer(OperationKind kind, params DiagnosticDescriptor[] rules)
    {
        _kind = kind;
        SupportedDiagnostics = ImmutableArray.Create(rules);
    }

    /// <inheritdoc />
    public sealed override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; }

    /// <inheritdoc />
    public sealed override void Initialize(AnalysisContext context)
    {
        if (context is null)
            throw new ArgumentNullException(nameof(context));
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterOperationAction(Analyze, _kind);
    }

    private protected abstract void Analyze(OperationAnalysisContext context);
}
