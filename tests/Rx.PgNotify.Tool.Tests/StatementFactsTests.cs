using Rx.PgNotify.Tool.Top;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
sealed class StatementFactsTests
{
    [TestCase("LISTEN orders", "orders")]
    [TestCase("  listen Orders;", "orders")]
    [TestCase("LISTEN \"Orders \"\"2\"", "Orders \"2")]
    [TestCase("SET x = 1; LISTEN a;\nLISTEN b", "a,b")]
    [TestCase("-- why\nLISTEN a /* b */", "a")]
    [TestCase("LISTEN é_1$", "é_1$")]
    [TestCase("/* Rx.PgNotify */ LISTEN \"orders\"", "orders")]
    [TestCase("/* Rx.PgNotify listens */", "")]
    [TestCase("/* Rx.PgNotify */ DO $rx$DECLARE channel text; BEGIN", "")]
    [TestCase("/* Rx.PgNotify */ UNLISTEN \"orders\"", "")]
    public void Of_WhatListens_NamesTheChannels(string query, string channels)
    {
        var facts = StatementFacts.Of(query);

        Assert.That(facts.Listens, Is.True);
        Assert.That(string.Join(',', facts.Listened), Is.EqualTo(channels));
        Assert.That(facts.Notifies, Is.False);
    }

    [TestCase("NOTIFY orders, 'payload'", "orders")]
    [TestCase("SELECT pg_notify('it''s', 'payload')", "it's")]
    [TestCase("SELECT pg_notify($1, $2)", "")]
    [TestCase("INSERT INTO t VALUES (1); NOTIFY a; NOTIFY a", "a")]
    [TestCase("/* Rx.PgNotify sends */", "")]
    public void Of_WhatNotifies_NamesTheChannelsWhereItCan(string query, string channels)
    {
        var facts = StatementFacts.Of(query);

        Assert.That(facts.Notifies, Is.True);
        Assert.That(string.Join(',', facts.Notified), Is.EqualTo(channels));
        Assert.That(facts.Listens, Is.False);
    }

    [TestCase("SELECT 'LISTEN orders'")]
    [TestCase("SELECT pg_notification_queue_usage()")]
    [TestCase("UNLISTEN orders")]
    [TestCase("SELECT my_pg_notify('a')")]
    [TestCase("<insufficient privilege>")]
    [TestCase("")]
    public void Of_WhatDoesNeither_IsNeither(string query)
    {
        var facts = StatementFacts.Of(query);

        Assert.That((facts.Listens, facts.Notifies), Is.EqualTo((false, false)));
    }

    [TestCase("UNLISTEN *", true)]
    [TestCase("discard all", true)]
    [TestCase("UNLISTEN orders", false)]
    public void Of_WhatEndsListening_SaysWhetherToAll(string query, bool toAll)
    {
        var facts = StatementFacts.Of(query);

        Assert.That(facts.UnlistensAll, Is.EqualTo(toAll));
        Assert.That(facts.Unlistened, toAll ? Is.Empty : Is.EqualTo(new[] { "orders" }));
    }
}
