using System.Globalization;

namespace Rx.PgNotify.IntegrationTests.Sending;

/// <summary>What one sender has sent on its channel, and what became of it: numbers, some of them several times over.</summary>
sealed class SendLedger(string channel)
{
    readonly List<(int Number, Task Task)> _sends = [];
    int _number;

    public string Channel => channel;

    public int Succeeded => _sends.Count(send => send.Task.IsCompletedSuccessfully);

    /// <summary>Sends the next number, or the last one again.</summary>
    public void Add(bool isRepeated, Func<string, Task> send)
    {
        var number = isRepeated ? _number : ++_number;
        _sends.Add((number, send(number.ToString(CultureInfo.InvariantCulture))));
    }

    public Task UntilEndedAsync() =>
        Task.WhenAll(_sends.Where(send => !send.Task.IsCompleted).Select(send => send.Task))
            .ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(60));

    public IEnumerable<string> Violations(IReadOnlyList<int> arrived, bool mayRepeat)
    {
        var counts = arrived.CountBy(number => number).ToDictionary();
        foreach (var group in _sends.GroupBy(send => send.Number))
        {
            var succeeded = group.Count(send => send.Task.IsCompletedSuccessfully);
            var unsure = group.Count(send => send.Task.IsCanceled || ErrorOf(send.Task) is PgNotifierError.InDoubt);
            var failed = group.Where(send => send.Task.IsFaulted && ErrorOf(send.Task) is not (PgNotifierError.InDoubt or PgNotifierError.TimedOut)).ToList();
            var count = counts.GetValueOrDefault(group.Key);
            if (count < succeeded || (!mayRepeat && count > succeeded + unsure) || (succeeded + unsure == 0 && count > 0))
                yield return $"{channel}: {group.Key} arrived {count} times, {succeeded} succeeded, {unsure} unsure";
            foreach (var send in failed)
                yield return $"{channel}: {group.Key} failed: {send.Task.Exception!.InnerException}";
        }

        // Those in doubt may come late, so order holds among those that nobody doubts; of repeated ones, the first counts.
        var certain = _sends.GroupBy(send => send.Number)
            .Where(group => group.All(send => send.Task.IsCompletedSuccessfully)).Select(group => group.Key).ToHashSet();
        var order = arrived.Where(certain.Contains).Distinct().ToList();
        if (!order.SequenceEqual(order.Order()))
            yield return $"{channel}: out of order: {string.Join(' ', order.Zip(order.Skip(1)).Where(pair => pair.First > pair.Second))}";
    }

    public static string Summary(IReadOnlyList<SendLedger> ledgers) => string.Join(", ", ledgers
        .SelectMany(ledger => ledger._sends)
        .CountBy(send => send.Task.IsCompletedSuccessfully ? "succeeded" : send.Task.IsCanceled ? "cancelled" : ErrorOf(send.Task)?.ToString() ?? "otherwise")
        .Select(pair => $"{pair.Value} {pair.Key}"));

    static PgNotifierError? ErrorOf(Task task) => (task.Exception?.InnerException as PgNotifierException)?.Error;
}
