using Microsoft.EntityFrameworkCore;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

/// <summary>What is read from a notification, compared with what EF Core reads from the table.</summary>
[LongTest]
public sealed class ColumnTypeTests : ChangesFixture<EverythingContext>
{
    [Test]
    public async Task WhatIsReadFromAChange_IsWhatEfCoreReadsFromTheTable_ForEveryType()
    {
        var changes = await FollowAsync<Everything>();

        await AddAsync(Everything.Example(), new Everything());
        await changes.UntilCountAsync(3);
        foreach (var change in changes.Items.Skip(1).Cast<TableChange<Everything>.Insert>())
            await IsAsInTheTableAsync(change.New);

        // Read as text from an id on, so that both rows get what was the other's, by a writer in another time zone.
        await ExecuteAsync("""
            SET timezone = 'Asia/Kolkata';
            UPDATE "All" SET "Text" = 'by SQL', "NullableInt" = 7, "NullableText" = NULL, "NullableMood" = NULL, "NullableStatus" = NULL, "Double" = '-infinity',
                "Float" = 'NaN', "Timestamptz" = '-infinity', "Timestamp" = 'infinity', "Date" = 'infinity', "Day" = '2000-01-01', "Offset" = '1850-01-01 00:00',
                "Interval" = '-1 day -02:03:04.000005', "Time" = '00:00', "TimeSpan" = '24:00', "NullableInts" = '{NULL}', "Strings" = '{}',
                "TstzRange" = '(,)', "TsRange" = 'empty', "Multirange" = '{}', "Numeric" = 1e-20, "Inet" = '10.1.2.3/8', "Timetz" = '23:59:59.5-08'
            """);
        await changes.UntilCountAsync(5);
        foreach (var change in changes.Items.Skip(3).Cast<TableChange<Everything>.Update>())
        {
            await IsAsInTheTableAsync(change.New);
            Assert.That(change.Old!.Text, Is.Not.EqualTo("by SQL"));
        }

        var rows = await AllAsync();
        await ExecuteAsync("""DELETE FROM "All" """);
        await changes.UntilCountAsync(7);
        Assert.That(changes.Items.Skip(5).Cast<TableChange<Everything>.Delete>().Select(change => Differences(change.Old, rows)), Is.All.Empty);

        await ExecuteAsync("""TRUNCATE "All" """);
        await changes.UntilCountAsync(8);
        Assert.That(changes.Items[^1], Is.EqualTo(new TableChange<Everything>.Reload(ReloadReason.Truncated)));
    }

    [Test]
    public async Task AValueThatNetHasNot_IsAReload_AndNamesItsColumn()
    {
        await AddAsync(new Everything());
        var malformed = new List<string>();
        var changes = new Recorder<TableChange<Everything>>();
        using var subscription = Listener.Changes<Everything>(Model, (_, error) => malformed.Add(error.Message)).Subscribe(changes);
        await changes.UntilCountAsync(1);

        (string Column, string Value)[] values =
            [("Timestamptz", "12345-01-01"), ("Date", "0044-03-15 BC"), ("Interval", "1 month"), ("Time", "24:00"), ("Numeric", "1e50")];
        foreach (var (column, value) in values)
        {
            var former = await ExecuteAsync($"""SELECT "{column}"::text FROM "All" """);
            await ExecuteAsync($"""UPDATE "All" SET "{column}" = '{value}' """);
            await ExecuteAsync($"""ALTER TABLE "All" DISABLE TRIGGER USER; UPDATE "All" SET "{column}" = '{former}'; ALTER TABLE "All" ENABLE TRIGGER USER""");
        }

        await changes.UntilCountAsync(1 + values.Length);
        Assert.That(changes.Items.Skip(1), Is.All.EqualTo(new TableChange<Everything>.Reload(ReloadReason.Malformed)));
        Assert.That(malformed, Has.Count.EqualTo(values.Length));
        foreach (var (message, (column, value)) in malformed.Zip(values))
            Assert.That(message, Does.StartWith($"'{column}' cannot be read by the model: ").And.Not.Contain(value));
    }

    private protected override void Configure(NpgsqlDbContextOptionsBuilder options) => options.MapEnum<Mood>("mood");

    async Task IsAsInTheTableAsync(Everything read) => Assert.That(Differences(read, await AllAsync()), Is.Empty);

    IReadOnlyList<string> Differences(Everything read, IEnumerable<Everything> rows) =>
        Model.FindEntityType(typeof(Everything))!.Differences(read, rows.Single(row => row.Id == read.Id));

    async Task<List<Everything>> AllAsync()
    {
        await using var context = NewContext();
        return await context.All.ToListAsync();
    }
}
