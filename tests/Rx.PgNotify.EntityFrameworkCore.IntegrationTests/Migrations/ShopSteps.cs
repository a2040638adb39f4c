using System.Globalization;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>A shop whose model takes ten steps: the program, and the triggers that each step asks for.</summary>
static class ShopSteps
{
    public const int Last = 10;

    public const string Connection = "SHOP_CONNECTION";

    public const string Step = "SHOP_STEP";

    /// <summary>What the connection string is read from, and which step is the model of the moment.</summary>
    public const string Program = $$""""
        using System.Globalization;
        using Microsoft.EntityFrameworkCore;
        using Rx.PgNotify.Tables;

        Console.WriteLine(new ShopContext().Database.GenerateChangeNotificationsScript());

        public class ShopContext : DbContext
        {
            static readonly int s_step = int.Parse(Environment.GetEnvironmentVariable("{{Step}}") ?? "10", CultureInfo.InvariantCulture);

            protected override void OnConfiguring(DbContextOptionsBuilder options) =>
                options.UseNpgsql(Environment.GetEnvironmentVariable("{{Connection}}") ?? "Host=nowhere.invalid").UseChangeNotifications();

            protected override void OnModelCreating(ModelBuilder model)
            {
                var order = model.Entity<Order>();
                order.ToTable(s_step >= 4 ? "sales_orders" : "orders", s_step >= 5 ? "sales" : "public");
                order.Property(o => o.Id).ValueGeneratedNever();
                order.Property(o => o.Number).ValueGeneratedNever();
                order.Property(o => o.Status).HasColumnName(s_step >= 3 ? "state \"now\" {0}" : "status");
                order.HasKey(s_step >= 7 ? nameof(Order.Number) : nameof(Order.Id));
                if (s_step >= 9)
                    order.Ignore(o => o.Amount);
                if (s_step is 1)
                    order.HasChangeNotifications();
                else if (s_step is >= 2 and <= 7)
                    order.HasChangeNotifications(o =>
                    {
                        o.Channel = "desk";
                        o.Payload = TriggerPayload.Columns;
                        o.Properties = ["Id", "Status"];
                        o.PropertyFilter = ["Status"];
                    });
                else if (s_step is 8 or 9)
                    order.HasChangeNotifications(o =>
                    {
                        o.Payload = TriggerPayload.Rows;
                        o.PropertyFilter = s_step == 8 ? ["Status", "Amount"] : ["Status"];
                        o.IncludeOld = true;
                        o.RowLevel = true;
                    });
                else if (s_step == 10)
                    order.HasNoChangeNotifications();

                if (s_step >= 6)
                    model.HasChangeNotifications();
                if (s_step < 10)
                    model.Entity<Customer>().HasMany(c => c.Tags).WithMany(t => t.Customers);
                else
                    model.Ignore<Customer>();
                model.Entity<Tag>();
            }
        }

        public class Order
        {
            public int Id { get; set; }
            public int Number { get; set; }
            public string Status { get; set; } = "";
            public decimal Amount { get; set; }
        }

        public class Customer
        {
            public int Id { get; set; }
            public List<Tag> Tags { get; } = [];
        }

        public class Tag
        {
            public int Id { get; set; }
            public List<Customer> Customers { get; } = [];
        }
        """";

    const string State = "state \"now\" {0}";

    /// <summary>A migration's name; <c>0</c> for none.</summary>
    public static string Migration(int step) => step == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"Step{step}");

    /// <summary>What a step asks for, in the words of the tables.</summary>
    public static IReadOnlyList<TableTrigger> Triggers(int step) => step switch
    {
        0 => [],
        1 => [new("orders")],
        2 => [new("orders", "desk", options: Status("status"))],
        3 => [new("orders", "desk", options: Status(State))],
        4 => [new("sales_orders", "desk", options: Status(State))],
        5 => [new("sales_orders", "desk", "sales", Status(State))],
        6 or 7 => [new("sales_orders", "desk", "sales", Status(State)), .. OfCustomers],
        8 => [new("sales_orders", options: Rows(State, "Amount"), schema: "sales"), .. OfCustomers],
        9 => [new("sales_orders", options: Rows(State), schema: "sales"), .. OfCustomers],
        Last => [new("Tag")],
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    public static IEnumerable<TableTrigger> InOrder(int step) =>
        Triggers(step).OrderBy(trigger => trigger.Schema, StringComparer.Ordinal).ThenBy(trigger => trigger.Table, StringComparer.Ordinal);

    static TableTrigger[] OfCustomers => [new("Customer"), new("CustomerTag"), new("Tag")];

    static TableTriggerOptions Status(string column) =>
        new() { Payload = TriggerPayload.Columns, Columns = ["Id", column], ColumnFilter = [column] };

    static TableTriggerOptions Rows(params string[] filter) =>
        new() { Payload = TriggerPayload.Rows, ColumnFilter = filter, IncludeOld = true, RowLevel = true };
}
