namespace Rx.PgNotify.Benchmarks.Scaling;

/// <summary>How long and how often.</summary>
/// <param name="Seconds">How long each measurement lasts.</param>
/// <param name="Rounds">How often each is repeated, in turns with the others of its curve; the median counts.</param>
sealed record ScaleOptions(int Seconds, int Rounds)
{
    public TimeSpan Duration => TimeSpan.FromSeconds(Seconds);
}
