
namespace Rx.PgNotify.Documentation.IntegrationTests.Samples;

/// <summary>The sample SavedMessages, in a database of each test's own.</summary>
[LongTest]
public sealed class SavedMessagesTests : SampleFixture
{
    const string Sample = "SavedMessages.dll";

    readonly string _cursor = Path.Combine(Path.GetTempPath(), UniqueChannel.Name("cursor"));
    [TearDown]
    public void DeleteCursor() => File.Delete(_cursor);

    [Test]
    public async Task AReader_PrintsWhatIsSaved_AndAfterAnAbsenceWhatWasSavedMeanwhile_EachOnce()
    {
        Assert.That(await SaveAsync("Bob", "How are you?"), Is.EqualTo("saved as 1"));
        await using (var reader = StartReader())
        {
            Assert.That(await reader.ReadLineAsync(), Is.EqualTo("1 Bob: How are you?"));
            await SaveAsync("Ada", "Fine.\nAnd you?");
            Assert.That(await reader.ReadLineAsync(), Is.EqualTo("2 Ada: Fine.?And you?"));
            await CursorSeesAsync(2);
            Assert.That(await reader.InterruptAsync(), Is.Zero);
        }

        await SaveAsync("Bob", "Fine, too");
        await ExecuteAsync("DELETE FROM messages WHERE id = 1");
        await ExecuteAsync("BEGIN; INSERT INTO messages (sender, body) VALUES ('Bob', 'Never mind'); ROLLBACK");
        await using (var reader = StartReader())
        {
            Assert.That(await reader.ReadLineAsync(), Is.EqualTo("1 was taken back"));
            Assert.That(await reader.ReadLineAsync(), Is.EqualTo("3 Bob: Fine, too"));
            Assert.That(await SaveAsync("Ada", "Good"), Is.EqualTo("saved as 5"));
            Assert.That(await reader.ReadLineAsync(), Is.EqualTo("5 Ada: Good"), "and nothing in between");
            Assert.That(await reader.InterruptAsync(), Is.Zero);
            Assert.That(await reader.ReadLineAsync(), Is.Null);
            Assert.That(await reader.Errors, Is.Empty);
        }
    }

    [Test]
    public async Task ACursorOfAnotherDatabase_IsToldOf()
    {
        await File.WriteAllTextAsync(_cursor, "1:1:@1/2/3/4");
        await using var reader = StartReader();

        Assert.That(await reader.ExitCodeAsync(), Is.EqualTo(1));
        Assert.That(await reader.Errors, Does.Contain("belongs to another table").And.Contain($"Without {_cursor} everything is read again."));
    }

    SampleProcess StartReader() => SampleProcess.Start(Sample, Connection, "read", _cursor);

    Task<string> SaveAsync(string user, string text) => SampleProcess.RunAsync(Sample, Connection, "save", user, text);

    // The reader prints first and stores then.
    Task CursorSeesAsync(int id) => Eventually.IsTrueAsync(
        async () => await ExecuteAsync(
            $"SELECT pg_visible_in_snapshot(catch_up_stamp, '{(await File.ReadAllTextAsync(_cursor)).Split('@')[0]}') FROM messages WHERE id = {id}") is true);
}
