using System.Globalization;

namespace Rx.PgNotify.Tables.CatchUp;

/// <summary>
/// A <c>pg_snapshot</c>: which transactions had ended at one moment, namely all below <see cref="Xmax"/> but those in
/// <see cref="Running"/>.
/// </summary>
sealed class PgSnapshot
{
    /// <summary>Sees nothing.</summary>
    internal static readonly PgSnapshot BeforeAll = new(1, []);

    PgSnapshot(ulong xmax, ulong[] running)
    {
        Xmax = xmax;
        Running = running;
    }

    internal ulong Xmax { get; }

    /// <summary>In ascending order, all below <see cref="Xmax"/>.</summary>
    internal ulong[] Running { get; }

    /// <summary>Below it, all had ended.</summary>
    internal ulong Xmin => Running is [var oldest, ..] ? oldest : Xmax;

    internal bool Sees(ulong id) => id < Xmax && Array.BinarySearch(Running, id) < 0;

    /// <summary>Whether it sees all that <paramref name="other"/> sees.</summary>
    internal bool Includes(PgSnapshot other) => other.Xmax <= Xmax && !Running.Any(other.Sees);

    /// <summary>One that sees the same up to <paramref name="newest"/>, and nothing after it.</summary>
    internal PgSnapshot UpTo(ulong newest) => newest + 1 >= Xmax ? this : new(newest + 1, [.. Running.TakeWhile(id => id <= newest)]);

    /// <returns>What is wrong with the text; <see langword="null"/> if nothing is.</returns>
    internal static string? Read(string text, out PgSnapshot snapshot)
    {
        snapshot = BeforeAll;
        if (text.Split(':') is not [var xminText, var xmaxText, var runningText])
            return "it must have two colons";
        if (!TryReadId(xminText, out var xmin) || !TryReadId(xmaxText, out var xmax))
            return "xmin and xmax must be transaction ids, of 1 and more";
        if (xmax < xmin)
            return "xmax must not be below xmin";
        var texts = runningText.Length == 0 ? [] : runningText.Split(',');
        var running = new ulong[texts.Length];
        for (var i = 0; i < running.Length; i++)
        {
            if (!TryReadId(texts[i], out running[i]) || running[i] < xmin || running[i] >= xmax || (i > 0 && running[i] <= running[i - 1]))
                return "each xip must be a transaction id from xmin to below xmax, in ascending order";
        }

        snapshot = new PgSnapshot(xmax, running);
        return null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Xmin}:{Xmax}:{string.Join(',', Running)}");

    // The server's own limit for an id in a snapshot.
    static bool TryReadId(string text, out ulong id) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id is > 0 and <= long.MaxValue;
}
