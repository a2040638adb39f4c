using Npgsql;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Tests.Diagnostics;

[Parallelizable(ParallelScope.All)]
public class ExceptionSummaryTests
{
    [Test]
    public void Of_NestedExceptions_IsEachMessageFromOutsideInwards() => Assert.That(
        ExceptionSummary.Of(new IOException("outer.", new IOException("middle:", new IOException("in\nner")))), Is.EqualTo("outer: middle: in ner"));

    [Test]
    public void Of_AMessageThatOneFurtherOutsideHas_LeavesItOut() => Assert.That(
        ExceptionSummary.Of(new IOException("It failed: no route", new IOException("wrapper", new IOException("no route")))), Is.EqualTo("It failed: no route: wrapper"));

    [Test]
    public void Of_AReasonBehindAMessageThatSaysNothingNew_HasIt() => Assert.That(
        ExceptionSummary.Of(new IOException("It failed", new IOException("", new IOException("failed", new IOException("no route"))))), Is.EqualTo("It failed: no route"));

    [Test]
    public void Of_WhatTheServerSaysAndAMessageQuotes_SaysItOnce()
    {
        var answer = new PostgresException("no such role", "FATAL", "FATAL", "28000");
        var error = new PgListenerException(PgListenerError.AuthenticationFailed, "The server refused the log-in: no such role (SQLSTATE 28000).", answer);
        Assert.That(ExceptionSummary.Of(error), Is.EqualTo(error.Message));
    }

    [Test]
    public void Of_SeveralCauses_IsEachOfThemOnce() => Assert.That(
        ExceptionSummary.Of(new IOException("hosts", new AggregateException(new IOException("a", new IOException("b")), new IOException("c"), new IOException("c")))),
        Is.EqualTo("hosts: a: b; c"));

    [Test]
    public void Of_AMessageThatIsComplete_HasNothingBehindIt() =>
        Assert.That(ExceptionSummary.Of(new IOException("outer", new Whole("No server.", new IOException("detail")))), Is.EqualTo("outer: No server"));

    sealed class Whole(string message, Exception inner) : Exception(message, inner), ICompleteMessage;
}
