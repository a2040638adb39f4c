using NUnit.Framework.Interfaces;

namespace Rx.PgNotify.Tests.Binding;

/// <summary>Takes away the context that NUnit makes current, so that a test has none but its own.</summary>
[AttributeUsage(AttributeTargets.Class)]
sealed class WithoutContextAttribute : TestActionAttribute
{
    SynchronizationContext? _former;

    public override ActionTargets Targets => ActionTargets.Test;

    public override void BeforeTest(ITest test)
    {
        _former = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
    }

    public override void AfterTest(ITest test) => SynchronizationContext.SetSynchronizationContext(_former);
}
