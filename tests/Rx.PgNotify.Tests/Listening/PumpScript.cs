using FsCheck;
using FsCheck.Fluent;

namespace Rx.PgNotify.Tests.Listening;

/// <summary>
/// Who comes and goes while a pump works. <c>a b c</c> somebody subscribes to that channel, <c>A B C</c> somebody leaves it, <c>t</c> a
/// while passes, <c>p</c> the pump does its next piece of work, <c>x</c> the connection is lost, <c>r</c> the server refuses a channel.
/// </summary>
public sealed record PumpScript(string Steps)
{
    public override string ToString() => Steps;

    public static class Arbitrary
    {
        public static Arbitrary<PumpScript> Scripts() => Arb.From(
            Gen.Elements([.. "aabbcAABBCttttppppppxr"]).ArrayOf().Select(steps => new PumpScript(new string(steps))),
            script => Enumerable.Range(0, script.Steps.Length).Select(i => new PumpScript(script.Steps.Remove(i, 1))));
    }
}
