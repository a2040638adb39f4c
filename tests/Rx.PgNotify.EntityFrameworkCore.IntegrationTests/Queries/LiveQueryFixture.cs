
namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>A database for the tests of a class, which follow each other, and a listener for each.</summary>
public abstract class LiveQueryFixture
{
    private protected ShopDatabase<NotifyingShopContext> Database { get; private set; } = null!;

    private protected ShopListener Shop { get; private set; } = null!;

    private protected PgListener Listener => Shop.Listener;

    [OneTimeSetUp]
    public async Task CreateDatabaseAsync()
    {
        Database = await ShopDatabase<NotifyingShopContext>.CreateAsync(options => new NotifyingShopContext(options));
        await PrepareAsync();
    }

    [OneTimeTearDown]
    public async Task DropDatabaseAsync() => await Database.DisposeAsync();

    [SetUp]
    public void Listen() => Shop = Database.Listen();

    [TearDown]
    public async Task EndAsync() => await Shop.DisposeAsync();

    protected virtual Task PrepareAsync() => Task.CompletedTask;

    private protected static EntityLiveQueryOptions Soon() => new() { Quiet = TimeSpan.FromMilliseconds(10) };

    private protected Task AddTagAsync(string name = "tag") => Database.SaveAsync(db => db.Add(new Tag { Name = name }));

    private protected Task AddBankAsync(string name = "bank") => Database.SaveAsync(db => db.Add(new Bank { Name = name }));

    private protected async Task<int> CountTagsAsync()
    {
        await using var db = Database.CreateDbContext();
        return db.Tags.Count();
    }
}
