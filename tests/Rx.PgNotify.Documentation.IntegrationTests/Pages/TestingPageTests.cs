using System.Reflection;

namespace Rx.PgNotify.Documentation.IntegrationTests.Pages;

/// <summary>The tests that docs/testing.md shows pass.</summary>
public sealed class TestingPageTests
{
    [OneTimeSetUp]
    public void NameTheServer() => Environment.SetEnvironmentVariable("TEST_DATABASE", TestServer.ConnectionString);

    [TestCaseSource(nameof(Shown))]
    public async Task ATestOfThePage_Passes(Snippet snippet)
    {
        ArgumentNullException.ThrowIfNull(snippet);
        var (assembly, errors) = snippet.Compile();
        Assert.That(errors, Is.Empty);
        var tests =
            from type in assembly!.GetTypes()
            from method in type.GetMethods()
            where method.GetCustomAttribute<TestAttribute>() is not null
            select method;

        var test = tests.Single();
        if (test.Invoke(Activator.CreateInstance(test.DeclaringType!), BindingFlags.DoNotWrapExceptions, null, null, null) is Task task)
            await task;
    }

    static IEnumerable<Snippet> Shown() => Snippet.All()
        .Where(snippet => snippet.Page == Path.Combine("docs", "testing.md") && snippet.Code.Contains("[Test]", StringComparison.Ordinal));
}
