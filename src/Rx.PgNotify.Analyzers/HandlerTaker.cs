using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Rx.PgNotify.Analyzers;

/// <summary>What a delegate is given to, if that is the library or System.Reactive and awaits nothing.</summary>
sealed class HandlerTaker
{
    const string AwaitInstead = "use 'SubscribeAwait', or 'SelectConflated' where the latest value is enough";
    const string CallInstead = "give one that is not asynchronous, and hand the work over in it";

    HandlerTaker(string member, bool isOnNext)
    {
        Member = member;
        Advice = isOnNext ? AwaitInstead : CallInstead;
    }

    /// <summary>The method or the property.</summary>
    internal string Member { get; }

    /// <summary>What to do, as the end of a sentence.</summary>
    internal string Advice { get; }

    internal static HandlerTaker? Of(IDelegateCreationOperation handler)
    {
        if (handler.Type is not INamedTypeSymbol { DelegateInvokeMethod.ReturnsVoid: true })
            return null;
        var user = handler.Parent;
        while (user is IConversionOperation or IDelegateCreationOperation)
            user = user.Parent;
        return user switch
        {
            IArgumentOperation { Parameter: { ContainingSymbol: IMethodSymbol method } parameter }
                when Library.Owns(method.ContainingType) || Library.IsObserving(method) =>
                new HandlerTaker(Library.NameOf(method), parameter.Name is "onNext"),
            ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property: var property } }
                when Library.Owns(property.ContainingType) => new HandlerTaker(property.Name, isOnNext: false),
            _ => null,
        };
    }
}
