using System.Globalization;

namespace Rx.PgNotify.Analyzers.Tests;

/// <summary>PGN0001 and PGN0002.</summary>
[Parallelizable(ParallelScope.All)]
public class AsyncHandlerTests
{
    [TestCase("channel.Subscribe(async n => await SaveAsync(n));")]
    [TestCase("channel.Subscribe(async n => { await SaveAsync(n); }, e => { });")]
    [TestCase("channel.Subscribe(static async n => await SaveAsync(n));")]
    [TestCase("channel.Subscribe(async (Notification n) => await SaveAsync(n));")]
    [TestCase("channel.Subscribe(async delegate (Notification n) { await SaveAsync(n); });")]
    [TestCase("channel.Subscribe(new Action<Notification>(async n => await SaveAsync(n)));")]
    [TestCase("channel.Subscribe(onError: e => { }, onNext: async n => await SaveAsync(n));")]
    [TestCase("channel.Subscribe(async n => await SaveAsync(n), CancellationToken.None);")]
    [TestCase("ObservableExtensions.Subscribe(channel, async n => await SaveAsync(n));")]
    [TestCase("channel?.Subscribe(async n => await SaveAsync(n));")]
    [TestCase("channel.Signals.Subscribe(async s => await SaveAsync(s));")]
    [TestCase("channel.Coalesce(TimeSpan.FromSeconds(1)).Subscribe(async burst => { await SaveAsync(burst); }, e => { });")]
    [TestCase("Observable.Range(1, 2).Subscribe(async n => await SaveAsync(n));")]
    [TestCase("channel.Subscribe(n => { }, async e => await SaveAsync(e));")]
    [TestCase("channel.Subscribe(n => { }, e => { }, async () => await SaveAsync(1));")]
    [TestCase("channel.SubscribeAwait((n, ct) => SaveAsync(n), async e => await SaveAsync(e));")]
    [TestCase("channel.Do(async n => await SaveAsync(n)).Subscribe(n => { });")]
    [TestCase("channel.Finally(async () => await SaveAsync(1)).Subscribe(n => { });")]
    [TestCase("await channel.ForEachAsync(async n => await SaveAsync(n));")]
    [TestCase("var observer = Observer.Create<int>(async n => await SaveAsync(n));")]
    [TestCase("await channel.SubscribeAsync(async n => await SaveAsync(n));")]
    [TestCase("await channel.Signals.SubscribeAsync(async s => await SaveAsync(s), e => { });")]
    [TestCase("channel.Isolate(1, async dropped => await SaveAsync(dropped)).Subscribe(n => { });")]
    [TestCase("options.ObserverFailed = async failure => await SaveAsync(failure);")]
    [TestCase("options = new PgListenerOptions { ObserverFailed = async failure => await SaveAsync(failure) };")]
    [TestCase("channel.LiveQuery(ct => Task.FromResult(1), new() { QueryFailed = async e => await SaveAsync(e) }).Subscribe(n => { });")]
    public async Task AnAsyncLambda_WhereNobodyAwaitsIt_IsReported(string statement) =>
        Assert.That(await UserProgram.With(statement).FindingsAsync(), Is.EqualTo(new[] { "PGN0001 async" }));

    [Test]
    public async Task AnAsyncMethod_WhereNobodyAwaitsIt_IsReported() =>
        Assert.That(await UserProgram.With("channel.Subscribe(Handle);").FindingsAsync(), Is.EqualTo(new[] { "PGN0001 Handle" }));

    [TestCase("channel.Subscribe(n => SaveAsync(n));", "SaveAsync(n)")]
    [TestCase("channel.Subscribe(n => { SaveAsync(n); }, e => { });", "SaveAsync(n)")]
    [TestCase("channel.Subscribe(n => WriteAsync(n));", "WriteAsync(n)")]
    [TestCase("channel.Subscribe(n => Task.Run(() => SaveAsync(n)));", "Task.Run(() => SaveAsync(n))")]
    [TestCase("channel.Subscribe(delegate (Notification n) { SaveAsync(n); });", "SaveAsync(n)")]
    [TestCase("channel.Do(n => database.NotifyAsync(\"other\", n.Payload)).Subscribe(n => { });", "database.NotifyAsync(\"other\", n.Payload)")]
    [TestCase("options.ObserverFailed = failure => SaveAsync(failure);", "SaveAsync(failure)")]
    public async Task ALambda_WhoseTaskIsDropped_IsReported(string statement, string call) =>
        Assert.That(await UserProgram.With(statement).FindingsAsync(), Is.EqualTo(new[] { $"PGN0002 {call}" }));

    [TestCase("channel.Subscribe(n => Console.WriteLine(n));")]
    [TestCase("channel.SubscribeAwait(async (n, ct) => await SaveAsync(n), e => { });")]
    [TestCase("channel.SubscribeAwait((n, ct) => SaveAsync(n), e => { });")]
    [TestCase("channel.SelectAwait(async (n, ct) => await SaveAsync(n)).Subscribe(_ => { }, e => { });")]
    [TestCase("channel.SelectConflated(async (n, ct) => await SaveAsync(n)).Subscribe(_ => { }, e => { });")]
    [TestCase("channel.SelectConflated(async (n, ct) => { await SaveAsync(n); return n; }).Subscribe(_ => { }, e => { });")]
    [TestCase("channel.LiveQuery(async ct => await Task.FromResult(1)).Subscribe(n => { });")]
    [TestCase("channel.Select(n => Observable.FromAsync(async ct => await SaveAsync(n))).Concat().Subscribe(_ => { });")]
    [TestCase("Observable.Create<int>(async observer => await SaveAsync(observer)).Subscribe(n => { });")]
    [TestCase("channel.Select(async n => { await SaveAsync(n); return n; }).Subscribe(_ => { });")]
    [TestCase("channel.Subscribe(n => _ = SaveAsync(n));")]
    [TestCase("channel.Subscribe(n => { _ = SaveAsync(n); });")]
    [TestCase("channel.Subscribe(n => SaveAsync(n).ContinueWith(done => Console.WriteLine(done.Exception)));")]
    [TestCase("new List<int> { 1 }.ForEach(async n => await SaveAsync(n));")]
    [TestCase("new List<int> { 1 }.ForEach(n => SaveAsync(n));")]
    [TestCase("Action<Notification> own = async n => await SaveAsync(n);")]
    public async Task WhatIsAwaited_OrDroppedOnPurpose_OrNotOurs_IsNotReported(string statement) =>
        Assert.That(await UserProgram.With(statement).FindingsAsync(), Is.Empty);

    [Test]
    public async Task ASubscribeOfOnesOwn_ThatAwaits_IsNotReported()
    {
        var program = UserProgram.Of("""
            using Rx.PgNotify;

            new PgListener("Host=localhost").Channel("orders").Subscribe(async n => await Task.Yield());

            static class Own
            {
                public static IDisposable Subscribe(this PgChannel channel, Func<Notification, Task> handle) =>
                    channel.SubscribeAwait((value, _) => handle(value), _ => { });
            }
            """);

        Assert.That(await program.FindingsAsync(), Is.Empty);
    }

    [TestCase("channel.Subscribe(async n => await SaveAsync(n));", "'Subscribe' does not await", "use 'SubscribeAwait', or 'SelectConflated'")]
    [TestCase("channel.Subscribe(n => SaveAsync(n));", "'Subscribe' drops the task", "use 'SubscribeAwait', or 'SelectConflated'")]
    [TestCase("options.ObserverFailed = async f => await SaveAsync(f);", "'ObserverFailed' does not await", "hand the work over")]
    public async Task AMessage_NamesWhatTakesTheHandler_AndWhatToUse(string statement, string taker, string advice)
    {
        var message = (await UserProgram.With(statement).DiagnosticsAsync()).Single().GetMessage(CultureInfo.InvariantCulture);

        Assert.That(message, Does.StartWith(taker).And.Contains(advice));
    }
}
