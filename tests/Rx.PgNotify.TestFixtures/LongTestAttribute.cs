using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace Rx.PgNotify.TestFixtures;

/// <summary>
/// A test that keeps a machine busy for long: of stress, of allocations, of packages that are built and published, of browsers, of
/// many processes, servers or cases, of heartbeats that have to pass. It runs when PGNOTIFY_LONG_TESTS is 1, as it is wherever a change
/// is checked before it lands.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
sealed class LongTestAttribute : NUnitAttribute, IApplyToTest
{
    public const string Variable = "PGNOTIFY_LONG_TESTS";

    public void ApplyToTest(Test test)
    {
        test.Properties.Add(PropertyNames.Category, "Long");
        if (Environment.GetEnvironmentVariable(Variable) is "1" || test.RunState != RunState.Runnable)
            return;
        test.RunState = RunState.Ignored;
        test.Properties.Set(PropertyNames.SkipReason, $"takes long: {Variable}=1 runs it");
    }
}
