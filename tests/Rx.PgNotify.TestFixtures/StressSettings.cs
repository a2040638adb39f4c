using System.Globalization;

namespace Rx.PgNotify.TestFixtures;

/// <summary>What the environment says about the length of the tests here and their seed.</summary>
static class StressSettings
{
    /// <summary>PGNOTIFY_STRESS_SECONDS: how long the randomised run lasts.</summary>
    public static TimeSpan Duration => TimeSpan.FromSeconds(Number("PGNOTIFY_STRESS_SECONDS") ?? 20);

    /// <summary>PGNOTIFY_STRESS_KILLS: how often in a row the backend is killed.</summary>
    public static int Kills => Number("PGNOTIFY_STRESS_KILLS") ?? 30;

    /// <summary>PGNOTIFY_STRESS_RUNS: how often a run of ten seconds is repeated, where there is one.</summary>
    public static int Runs => Number("PGNOTIFY_STRESS_RUNS") ?? 2;

    /// <summary>PGNOTIFY_STRESS_TAKEOVERS: how often of each kind a standby takes over, where that is measured.</summary>
    public static int Takeovers => Number("PGNOTIFY_STRESS_TAKEOVERS") ?? 5;

    /// <summary>PGNOTIFY_STRESS_SEED: repeats the choices of a run, though not the moments at which they meet.</summary>
    public static int Seed => Number("PGNOTIFY_STRESS_SEED") ?? Random.Shared.Next();

    static int? Number(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : null;
}
