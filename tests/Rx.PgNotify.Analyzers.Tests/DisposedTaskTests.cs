namespace Rx.PgNotify.Analyzers.Tests;

/// <summary>PGN0003 and its fix.</summary>
[Parallelizable(ParallelScope.All)]
public class DisposedTaskTests
{
    const string Call = "channel.SubscribeAsync(n => { })";

    [TestCase($"using var subscription = {Call};", $"using var subscription = await {Call};")]
    [TestCase($"using IDisposable subscription = {Call};", $"using IDisposable subscription = await {Call};")]
    [TestCase($"using (var subscription = {Call}) Console.ReadLine();", $"using (var subscription = await {Call}) Console.ReadLine();")]
    [TestCase($"using ({Call}) Console.ReadLine();", $"using (await {Call}) Console.ReadLine();")]
    [TestCase(
        $"await Task.Run(async () => {{ using var subscription = {Call}; await Task.Yield(); }});",
        $"await Task.Run(async () => {{ using var subscription = await {Call}; await Task.Yield(); }});")]
    public async Task UsingOfATask_IsReported_AndTheFixAwaitsIt(string statement, string expected)
    {
        var program = UserProgram.With(statement);
        Assert.That(await program.FindingsAsync(), Is.EqualTo(new[] { $"PGN0003 {Call}" }));

        var after = await program.FixedAsync();

        Assert.That(await after!.StatementsAsync(), Is.EqualTo(expected));
        Assert.That(await after.FindingsAsync(), Is.Empty);
    }

    [TestCase($"using var subscription = await {Call};")]
    [TestCase($"using var subscription = channel.Subscribe(n => {{ }});")]
    [TestCase($"var subscription = {Call};")]
    [TestCase($"using (await {Call}) {{ var other = {Call}; }}")]
    [TestCase("using var both = Task.WhenAll(channel.SubscribeAsync(n => { }));")]
    public async Task WhatIsNoUsingOfTheCall_IsNotReported(string statement) =>
        Assert.That(await UserProgram.With(statement).FindingsAsync(), Is.Empty);

    [Test]
    public async Task InAMethodThatIsNotAsync_NoFixIsOffered()
    {
        var program = UserProgram.With($"void Wait() {{ using var subscription = {Call}; }}");

        Assert.That(await program.FindingsAsync(), Is.EqualTo(new[] { $"PGN0003 {Call}" }));
        Assert.That(await program.FixedAsync(), Is.Null);
    }
}
