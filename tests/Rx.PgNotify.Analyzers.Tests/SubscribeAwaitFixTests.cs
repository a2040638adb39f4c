namespace Rx.PgNotify.Analyzers.Tests;

/// <summary>The fix of PGN0001 and PGN0002: what it makes compiles, and nothing is reported of it.</summary>
[Parallelizable(ParallelScope.All)]
public class SubscribeAwaitFixTests
{
    const string EndProcess = "error => Environment.FailFast(error.Message, error)";

    [TestCase(
        "channel.Subscribe(async n => await SaveAsync(n), e => { });",
        "channel.SubscribeAwait(async (n, cancellationToken) => await SaveAsync(n), e => { });")]
    [TestCase(
        "channel.Subscribe(async n => await SaveAsync(n), e => { }, () => { });",
        "channel.SubscribeAwait(async (n, cancellationToken) => await SaveAsync(n), e => { }, () => { });")]
    [TestCase(
        "channel.Subscribe(async n => await SaveAsync(n));",
        $"channel.SubscribeAwait(async (n, cancellationToken) => await SaveAsync(n), {EndProcess});")]
    [TestCase(
        "channel.Subscribe(async n => await SaveAsync(n), () => { });",
        $"channel.SubscribeAwait(async (n, cancellationToken) => await SaveAsync(n), {EndProcess}, () => {{ }});")]
    [TestCase(
        "channel.Subscribe(onNext: async n => await SaveAsync(n));",
        $"channel.SubscribeAwait(onNext: async (n, cancellationToken) => await SaveAsync(n), onError: {EndProcess});")]
    [TestCase(
        "channel.Subscribe(static async n => await SaveAsync(n), e => { });",
        "channel.SubscribeAwait(static async (n, cancellationToken) => await SaveAsync(n), e => { });")]
    [TestCase(
        "channel.Subscribe(async (n) => await SaveAsync(n), e => { });",
        "channel.SubscribeAwait(async (n, cancellationToken) => await SaveAsync(n), e => { });")]
    [TestCase(
        "channel.Subscribe(async (Notification n) => await SaveAsync(n), e => { });",
        "channel.SubscribeAwait(async (Notification n, CancellationToken cancellationToken) => await SaveAsync(n), e => { });")]
    [TestCase(
        "channel.Subscribe(async delegate (Notification n) { await SaveAsync(n); }, e => { });",
        "channel.SubscribeAwait(async delegate (Notification n, CancellationToken cancellationToken) { await SaveAsync(n); }, e => { });")]
    [TestCase(
        "channel.Subscribe(async delegate { await SaveAsync(1); }, e => { });",
        "channel.SubscribeAwait(async delegate { await SaveAsync(1); }, e => { });")]
    [TestCase(
        "channel.Subscribe<Notification>(async n => await SaveAsync(n), e => { });",
        "channel.SubscribeAwait<Notification>(async (n, cancellationToken) => await SaveAsync(n), e => { });")]
    [TestCase(
        "channel?.Subscribe(async n => await SaveAsync(n), e => { });",
        "channel?.SubscribeAwait(async (n, cancellationToken) => await SaveAsync(n), e => { });")]
    [TestCase(
        "using var changes = channel.Coalesce(TimeSpan.FromSeconds(1)).Subscribe(async burst => { await SaveAsync(burst); }, e => { });",
        "using var changes = channel.Coalesce(TimeSpan.FromSeconds(1)).SubscribeAwait(async (burst, cancellationToken) => { await SaveAsync(burst); }, e => { });")]
    [TestCase(
        "channel.Subscribe(n => SaveAsync(n), e => { });",
        "channel.SubscribeAwait(async (n, cancellationToken) => await SaveAsync(n), e => { });")]
    [TestCase(
        "channel.Subscribe((n) => WriteAsync(n), e => { });",
        "channel.SubscribeAwait(async (n, cancellationToken) => await WriteAsync(n), e => { });")]
    [TestCase(
        "channel.Subscribe(static n => { SaveAsync(n); }, e => { });",
        "channel.SubscribeAwait(static async (n, cancellationToken) => { await SaveAsync(n); }, e => { });")]
    public async Task ASubscribe_BecomesASubscribeAwait(string statement, string expected)
    {
        var program = await UserProgram.With(statement).FixedAsync();

        Assert.That(program, Is.Not.Null);
        Assert.That(await program!.StatementsAsync(), Is.EqualTo(expected));
        Assert.That(await program.FindingsAsync(), Is.Empty);
    }

    [Test]
    public async Task LinesAndComments_StayAsTheyAre()
    {
        var program = await UserProgram.With("""
            using var changes = channel
                .Coalesce(TimeSpan.FromSeconds(1)) // bursts
                .Subscribe(
                    // each of them
                    async burst =>
                    {
                        // saved
                        await SaveAsync(burst);
                    },
                    error => Console.Error.WriteLine(error)); // or said
            """).FixedAsync();

        Assert.That(await program!.StatementsAsync(), Is.EqualTo("""
            using var changes = channel
                .Coalesce(TimeSpan.FromSeconds(1)) // bursts
                .SubscribeAwait(
                    // each of them
                    async (burst, cancellationToken) =>
                    {
                        // saved
                        await SaveAsync(burst);
                    },
                    error => Console.Error.WriteLine(error)); // or said
            """));
        Assert.That(await program.FindingsAsync(), Is.Empty);
    }

    [Test]
    public async Task ANameThatMeansSomethingAlready_IsNotTakenForTheToken()
    {
        var program = await UserProgram.With("""
            var cancellationToken = CancellationToken.None;
            channel.Subscribe(async n => await Task.Delay(1, cancellationToken), e => { });
            """).FixedAsync();

        Assert.That(await program!.StatementsAsync(), Does.Contain("async (n, cancellation) => await Task.Delay(1, cancellationToken)"));
        Assert.That(await program.FindingsAsync(), Is.Empty);
    }

    [Test]
    public async Task WithoutTheNamespaceInScope_AUsingIsAdded()
    {
        var program = await UserProgram.Of("""
            using System.Reactive.Linq;

            Observable.Range(1, 2).Subscribe(async n => await Task.Delay(n), e => { });
            """).FixedAsync();

        Assert.That((await program!.CodeAsync()).ReplaceLineEndings("\n"), Is.EqualTo("""
            using System.Reactive.Linq;
            using Rx.PgNotify;

            Observable.Range(1, 2).SubscribeAwait(async (n, cancellationToken) => await Task.Delay(n), e => { });
            """));
        Assert.That(await program.FindingsAsync(), Is.Empty);
    }

    [TestCase("channel.Subscribe(Handle);", TestName = "a method, which has to return a task first")]
    [TestCase("channel.Subscribe(async n => await SaveAsync(n), CancellationToken.None);", TestName = "an overload that returns nothing")]
    [TestCase("ObservableExtensions.Subscribe(channel, async n => await SaveAsync(n));", TestName = "no extension")]
    [TestCase("channel.Subscribe(n => { }, async e => await SaveAsync(e));", TestName = "an error handler")]
    [TestCase("channel.Do(async n => await SaveAsync(n)).Subscribe(n => { });", TestName = "an operator")]
    [TestCase("await channel.SubscribeAsync(async n => await SaveAsync(n));", TestName = "a subscription that is awaited")]
    [TestCase("options.ObserverFailed = async failure => await SaveAsync(failure);", TestName = "an option")]
    public async Task NoFixIsOffered_For(string statement) =>
        Assert.That(await UserProgram.With(statement).FixedAsync(), Is.Null);
}
