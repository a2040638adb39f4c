using System.Reactive.Linq;
using System.Reflection;

namespace Rx.PgNotify.Tests;

/// <summary>The tests run with the System.Reactive that they were built for, the library is built against the lowest.</summary>
public sealed class ReactiveVersionTests
{
    [Test]
    public void TheSystemReactiveThatIsLoaded_IsTheOneAskedFor()
    {
        var asked = typeof(ReactiveVersionTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(item => string.Equals(item.Key, "ReactiveVersion", StringComparison.Ordinal)).Value;
        var loaded = typeof(Observable).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        Assert.That(loaded.Split('+')[0], Is.EqualTo(asked));
    }

    [Test]
    public void TheLibrary_IsBuiltAgainstRx6()
    {
        var built = typeof(PgListener).Assembly.GetReferencedAssemblies()
            .Single(reference => string.Equals(reference.Name, "System.Reactive", StringComparison.Ordinal));
        Assert.That(built.Version!.Major, Is.EqualTo(6));
    }
}
