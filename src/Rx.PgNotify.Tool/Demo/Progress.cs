namespace Rx.PgNotify.Tool.Demo;

/// <summary>What Coalesce has made so far.</summary>
sealed record Progress(int Notifications, int Bursts)
{
    internal static readonly Progress None = new(0, 0);

    internal Progress Add(int burst) => new(Notifications + burst, Bursts + 1);
}
