namespace Rx.PgNotify.Analyzers.Tests;

/// <summary>PGN0006.</summary>
[Parallelizable(ParallelScope.All)]
public class ResyncTests
{
    [TestCase("channel.Signals.Subscribe(s => Console.WriteLine(s.Notification.Payload));")]
    [TestCase("channel.Signals.Subscribe(s => { var text = $\"{s.Notification.Payload}\"; if (text == \"\") return; });")]
    [TestCase("channel.Signals.Where(s => s.Notification.Payload == \"1\").Subscribe(_ => { });")]
    [TestCase("channel.Signals.Where(s => s.Notification.Payload == \"1\" && s.Notification.ProcessId == 1).Subscribe(_ => { });")]
    [TestCase("channel.Signals.Subscribe(s => { if (s.Notification.Payload == \"1\") Console.WriteLine(); });")]
    [TestCase("channel.Signals.Select(s => s.Notification).Subscribe(_ => { });")]
    [TestCase("channel.Signals.Do(s => Console.WriteLine(s.Notification)).Subscribe(_ => { });")]
    [TestCase("await channel.Signals.SubscribeAsync(s => Console.WriteLine(s.Notification));")]
    [TestCase("channel.Signals.SubscribeAwait(async (s, ct) => await SaveAsync(s.Notification), e => { });")]
    [TestCase("channel.Signals.SelectConflated((s, ct) => SaveAsync(s.Notification)).Subscribe(_ => { });")]
    [TestCase("channel.Signals.SelectMany(s => s.Notification.Payload).Subscribe(_ => { });")]
    [TestCase("var signals = channel.Signals; signals.Subscribe(s => Console.WriteLine(s.Notification.Payload));")]
    public async Task AHandler_ThatTakesEachSignalForANotification_IsReported(string statement) =>
        Assert.That(await UserProgram.With(statement).FindingsAsync(), Is.EqualTo(new[] { "PGN0006 s.Notification" }));

    [TestCase("channel.Subscribe(n => Console.WriteLine(n.Payload));")]
    [TestCase("channel.Signals.Subscribe(s => Console.WriteLine(s));")]
    [TestCase("channel.Signals.Subscribe(s => Console.WriteLine(s.IsNotification ? s.Notification.Payload : \"gap\"));")]
    [TestCase("channel.Signals.Subscribe(s => { if (s.IsResync) return; Console.WriteLine(s.Notification.Payload); });")]
    [TestCase("channel.Signals.Where(s => s.IsNotification && s.Notification.Payload == \"1\").Subscribe(_ => { });")]
    [TestCase("channel.Signals.Where(s => s.IsNotification).Select(s => s.Notification).Subscribe(_ => { });")]
    [TestCase("channel.Signals.Skip(1).Select(s => s.Notification).Subscribe(_ => { });")]
    [TestCase("channel.Signals.WhereNotification(n => n.Payload == \"1\").Subscribe(_ => { });")]
    [TestCase("channel.Signals.CoalesceBy(s => s.Notification.Payload, TimeSpan.FromSeconds(1)).Subscribe(_ => { });")]
    [TestCase("var isOn = args.Length > 0; channel.Signals.Subscribe(s => Console.WriteLine(isOn ? s.Notification.Payload : \"\"));")]
    [TestCase("var isOn = args.Length > 0; channel.Signals.Subscribe(s => { if (!isOn) return; Console.WriteLine(s.Notification); });")]
    [TestCase("channel.Signals.Subscribe(s => { try { Console.WriteLine(s.Notification); } catch (InvalidOperationException) { } });")]
    [TestCase("channel.Signals.Select(s => (Func<string>)(() => s.Notification.Payload)).Subscribe(_ => { });")]
    [TestCase("channel.Signals.SelectMany(s => s.IsNotification ? new[] { 1 } : [], (s, _) => s.Notification.Payload).Subscribe(_ => { });")]
    public async Task AHandler_ThatMayKnow_IsNotReported(string statement) =>
        Assert.That(await UserProgram.With(statement).FindingsAsync(), Is.Empty);
}
