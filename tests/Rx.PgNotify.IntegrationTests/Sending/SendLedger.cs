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
            .ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(Eventually.Deadline);

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

        // Those in doubt may come late, so order holds among those that nobody doubts; where they are sent again, the first counts.
        var certain = _sends.GroupBy(send => send.Number)
            .Where(group => group.All(send => send.Task.IsCompletedSuccessfully)).Select(group => group.Key).ToHashSet();
        var sentOrder = _sends.Select(send => send.Number).Where(certain.Contains);
        var arrivedOrder = arrived.Where(certain.Contains);
        if (mayRepeat)
            (sentOrder, arrivedOrder) = (sentOrder.Distinct(), arrivedOrder.Distinct());
        if (sentOrder.Zip(arrivedOrder).Select((pair, i) => (pair, i)).FirstOrDefault(at => at.pair.First != at.pair.Second) is { pair: not (0, 0) } wrong)
            yield return $"{channel}: {wrong.pair.Second} arrived in the place of {wrong.pair.First} ({wrong.i}th)";
    }

    public static string Summary(IReadOnlyList<SendLedger> ledgers) => string.Join(", ", ledgers
        .SelectMany(ledger => ledger._sends)
        .CountBy(send => send.Task.IsCompletedSuccessfully ? "succeeded" : send.Task.IsCanceled ? "cancelled" : ErrorOf(send.Task)?.ToString() ?? "otherwise")
        .Select(pair => $"{pair.Value} {pair.Key}"));

    static PgNotifierError? ErrorOf(Task task) => (task.Exception?.InnerException as PgNotifierException)?.Error;
}
