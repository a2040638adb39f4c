using System.Reactive.Linq;

namespace Rx.PgNotify.Tool.Demo;

/// <summary>The demo's queries. The lines between the marks are also what it shows.</summary>
sealed class OrderStreams
{
    internal OrderStreams(PgListener listener)
    {
        // <shown>
        var orders = listener.Channel("orders");

        var count = orders.Count();

        var bursts = orders.Coalesce(
            quiet: TimeSpan.FromMilliseconds(100), maxWait: TimeSpan.FromSeconds(1));

        var sales =
            from notification in orders
            let order = Order.Parse(notification.Payload)
            where order.Status is "paid"
            group order.Amount by order.Kind into kind
            from amounts in kind.ToList()
            select new Sale(kind.Key, amounts.Count, amounts.Sum());
        // </shown>
        (Orders, Count, Bursts, Sales) = (orders, count, bursts.Select(burst => burst.Count), sales);
    }

    internal PgChannel Orders { get; }

    internal IObservable<int> Count { get; }

    internal IObservable<int> Bursts { get; }

    internal IObservable<Sale> Sales { get; }

    /// <summary>The source of this class, from mark to mark.</summary>
    internal static IReadOnlyList<string> ShownSource()
    {
        using var stream = typeof(OrderStreams).Assembly.GetManifestResourceStream("OrderStreams.cs")!;
        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n');
        var first = Array.FindIndex(lines, line => line.Trim() is "// <shown>") + 1;
        var end = Array.FindIndex(lines, line => line.Trim() is "// </shown>");
        var indent = lines[first].Length - lines[first].TrimStart().Length;
        return [.. lines[first..end].Select(line => line.Length > indent ? line[indent..] : "")];
    }
}
