using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Queries;

/// <summary>Changes the shop at random: through Entity Framework Core, through SQL, and in transactions that are rolled back.</summary>
sealed class ShopWriter(ShopDatabase<NotifyingShopContext> database, int seed)
{
    static readonly string[] s_statements =
    [
        """insert into "Bank" ("Name") values ('bank')""",
        """delete from "Bank" where "Id" % 3 = $1 % 3""",
        """insert into "Vehicles" ("Plate") values ('plate ' || $1)""",
        """update "Vehicles" set "Plate" = 'plate ' || $1 where "Id" % 5 = $1 % 5""",
        """update "Products" set "Price" = "Price" + $1 where "Id" % 4 = $1 % 4""",
        """update sales."Orders" set "Status" = case when "Status" = 'open' then 'done' else 'open' end where "Id" % 7 = $1 % 7""",
        """delete from sales."Lines" where "Id" % 10 = $1 % 10""",
        """update "Authors" set "IsBlocked" = not "IsBlocked" where "Id" % 2 = $1 % 2""",
        // Goes over to other tables: the queries that switch look at the newest tag.
        """insert into "Tags" ("Name") values ('mode ' || $1 % 4)""",
        """delete from "Tags" where "Id" % 5 = $1 % 5""",
        """truncate "Audit" """,
        """insert into "Audit" ("Text") values ('entry')""",
    ];

    readonly Random _random = new(seed);

    public int Changes { get; private set; }

    public int RolledBack { get; private set; }

    public int Failed { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var isRolledBack = _random.Next(5) == 0;
                await (_random.Next(2) == 0 ? SaveAsync(isRolledBack) : ExecuteAsync(isRolledBack));
                if (isRolledBack)
                    RolledBack++;
                else
                    Changes++;
            }
            catch (Exception e) when (e is NpgsqlException or DbUpdateException or InvalidOperationException)
            {
                Failed++; // its backend was killed, or another writer deleted what it wrote to
            }

            // Within a burst, about the quiet spell, beyond it.
            await Task.Delay(_random.Next(4) switch { 0 => 0, 1 => _random.Next(10), 2 => _random.Next(20, 60), _ => _random.Next(200) }, CancellationToken.None);
        }
    }

    async Task SaveAsync(bool isRolledBack)
    {
        await using var db = database.CreateDbContext();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var changes = _random.Next(1, 4);
        for (var i = 0; i < changes; i++)
            await ChangeAsync(db);
        await db.SaveChangesAsync();
        if (isRolledBack)
            await transaction.RollbackAsync();
        else
            await transaction.CommitAsync();
    }

    async Task ChangeAsync(NotifyingShopContext db)
    {
        var number = _random.Next(1_000);
        switch (_random.Next(6))
        {
            case 0:
                db.Add(new Order
                {
                    Customer = await db.Customers.OrderBy(c => c.Id).FirstOrDefaultAsync() ?? new Customer { Name = "Ann", Country = "NO" },
                    Lines = [new OrderLine { Product = new Product { Name = $"product {number}", Price = number }, Quantity = number % 7 }],
                    Tags = [new Tag { Name = $"mode {number % 4}" }],
                    Notes = [new Note { Text = "note" }],
                });
                break;
            case 1:
                var order = await db.Orders.AsTracking().Include(o => o.Tags).OrderBy(o => (o.Id + number) % 11).FirstOrDefaultAsync();
                if (order is not null)
                    (order.Status, order.Notes, order.Tags) = ("done", [], []);
                break;
            case 2:
                db.Add(new Customer { Name = $"customer {number}", Country = number % 2 == 0 ? "NO" : "SE" });
                break;
            case 3:
                db.Add(new Article { Title = $"article {number}", Author = new Author { Publisher = new Publisher() } });
                break;
            case 4:
                db.Add(new Car { Plate = $"car {number}", Doors = number % 5 });
                break;
            default:
                db.Add(number % 2 == 0 ? new Invoice { Number = $"{number}" } : new Receipt { Number = $"{number}" });
                break;
        }
    }

    async Task ExecuteAsync(bool isRolledBack)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var statements = _random.Next(1, 4);
        for (var i = 0; i < statements; i++)
        {
            var statement = s_statements[_random.Next(s_statements.Length)];
            await using var command = new NpgsqlCommand(statement, connection, transaction);
            if (statement.Contains("$1", StringComparison.Ordinal))
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = _random.Next(1_000) });
            await command.ExecuteNonQueryAsync();
        }

        if (isRolledBack)
            await transaction.RollbackAsync();
        else
            await transaction.CommitAsync();
    }
}
