using Npgsql;

namespace Rx.PgNotify.Tables.IntegrationTests.Triggers;

/// <summary>Names that are longer in the encoding of the database than in UTF-8: 31 of these have 93 bytes there instead of 62.</summary>
[LongTest, Parallelizable(ParallelScope.All)]
public sealed class TriggerEncodingTests
{
    const char Letter = '\u0386';

    static readonly string s_tooLong = new(Letter, 31);

    static IEnumerable<TestCaseData> TooLong()
    {
        yield return new TestCaseData(new TableTrigger("t", s_tooLong)).SetArgDisplayNames("channel");
        yield return new TestCaseData(new TableTrigger(s_tooLong, "c")).SetArgDisplayNames("table");
        yield return new TestCaseData(new TableTrigger("t", "c", schema: s_tooLong)).SetArgDisplayNames("schema");
        yield return new TestCaseData(
            new TableTrigger("t", "c", options: new() { Payload = TriggerPayload.Columns, Columns = [s_tooLong] })).SetArgDisplayNames("column");
    }

    [TestCaseSource(nameof(TooLong))]
    public async Task ANameThatGetsTooLong_IsRefusedBeforeAnyWriteCanFail(TableTrigger trigger)
    {
        await using var database = await EncodedDatabase.CreateAsync("EUC_JP");
        await database.ExecuteAsync($"CREATE TABLE t (id int PRIMARY KEY, \"{s_tooLong}\" int); CREATE TABLE \"{s_tooLong}\" (id int)");
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);

        Assert.That(
            async () => await trigger.InstallAsync(source),
            Throws.TypeOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo("42622")
                .And.Message.Contains($"in EUC_JP a name has at most 63 bytes, and {s_tooLong} has 93"));
        await database.ExecuteAsync("INSERT INTO t VALUES (1)");
    }

    [Test]
    public async Task NamesThatJustFit_AreReportedToEachOfTwoChannels()
    {
        var name = new string(Letter, 21);
        await using var database = await EncodedDatabase.CreateAsync("EUC_JP");
        await database.ExecuteAsync($"CREATE TABLE \"{name}\" (\"{name}\" int PRIMARY KEY)");
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var listener = new PgListener(source);
        var recorders = new Dictionary<string, Recorder<Notification>> { [name] = new(), ["other"] = new() };
        foreach (var (channel, recorder) in recorders)
        {
            await listener.Channel(channel).SubscribeAsync(recorder);
            await new TableTrigger(name, channel, options: new() { Payload = TriggerPayload.Columns, Columns = [name] }).InstallAsync(source);
        }

        await database.ExecuteAsync($"INSERT INTO \"{name}\" VALUES (1)");
        foreach (var recorder in recorders.Values)
        {
            await recorder.UntilCountAsync(1);
            Assert.That(recorder.Items[0].Payload, Does.Contain($$$"""[{"op":"insert","new":{"{{{name}}}":1}}]"""));
        }
    }

    [Test]
    public async Task AMissingCharacter_IsTheServersError()
    {
        await using var database = await EncodedDatabase.CreateAsync("LATIN1");
        await database.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY)");
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);

        Assert.That(
            async () => await new TableTrigger("t", "\u65e5\u672c").InstallAsync(source),
            Throws.TypeOf<PostgresException>().With.Message.Contains("has no equivalent in encoding \"LATIN1\""));
    }
}
