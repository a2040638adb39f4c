namespace Rx.PgNotify.Tests.Listening;

/// <summary>
/// Subscribers that come and go at any moment of a pump's work. On a failure FsCheck prints the seed and the smallest case.
/// </summary>
public class DesiredChannelsTests
{
    [FsCheck.NUnit.Property(Arbitrary = [typeof(PumpScript.Arbitrary)], MaxTest = 2_000)]
    public void AtTheEnd_TheServerListensToWhatIsWanted_WhateverWasInFlight(PumpScript script)
    {
        var pump = new TestPump();
        foreach (var step in script.Steps)
            Play(step, pump);

        // Longer than any linger, and than any backoff after refusals.
        for (var i = 0; i < 10; i++)
        {
            pump.WorkUntilDone();
            pump.Advance(TimeSpan.FromMinutes(1));
        }

        pump.WorkUntilDone();
        Assert.That(pump.Listened, Is.EqualTo(pump.Wanted));
        Assert.That(pump.Count, Is.EqualTo(pump.Wanted.Count()), "all others are forgotten");
        Assert.That(pump.IsConnected, Is.EqualTo(pump.Wanted.Any()));
    }

    // When the pump is done after each step, it can be said at any time what the server listens to.
    [FsCheck.NUnit.Property(Arbitrary = [typeof(PumpScript.Arbitrary)], MaxTest = 1_000)]
    public void AChannelThatNobodyWants_IsListenedToUntilItsLingerEnds_OnTheSameConnection(PumpScript script)
    {
        var pump = new TestPump();
        var lingers = new SortedDictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var step in script.Steps)
        {
            var wanted = pump.Wanted.ToList();
            Play(step, pump);
            pump.WorkUntilDone();

            foreach (var left in wanted.Except(pump.Wanted))
                lingers[left] = pump.Now + TestPump.Linger;
            var isLost = step == 'x';
            foreach (var (name, until) in lingers.ToList())
            {
                if (isLost || pump.Now >= until || pump.Wanted.Contains(name))
                    lingers.Remove(name);
            }

            Assert.That(pump.Listened, Is.EquivalentTo(pump.Wanted.Concat(lingers.Keys)), $"after {step}");
            Assert.That(pump.Count, Is.EqualTo(pump.Listened.Count()), $"after {step} all others are forgotten");
            Assert.That(pump.IsConnected, Is.EqualTo(pump.Listened.Any()), $"after {step}");
        }
    }

    static void Play(char step, TestPump pump)
    {
        switch (step)
        {
            case 't':
                pump.Advance(TestPump.Linger / 4);
                break;
            case 'p':
                pump.Work();
                break;
            case 'x':
                pump.Disconnect();
                break;
            case 'r':
                pump.Refuse();
                break;
            case >= 'a':
                pump.Subscribe($"{step}");
                break;
            default:
                pump.Leave($"{char.ToLowerInvariant(step)}");
                break;
        }
    }
}
