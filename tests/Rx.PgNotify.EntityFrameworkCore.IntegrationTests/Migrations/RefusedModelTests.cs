using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.Extensions.DependencyInjection;
using Rx.PgNotify.Tables;
using static Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations.Entities;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>What triggers can't do is refused when the model is built, with the entity type's name and what to do.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class RefusedModelTests
{
    static IEnumerable<TestCaseData> Models()
    {
        yield return Refused("a view", "'Total' is mapped to the view 'totals'", model =>
            model.Entity<Total>().HasNoKey().ToView("totals").HasChangeNotifications());
        yield return Refused("a query", "'Total' is mapped to a query", model =>
            model.Entity<Total>().HasNoKey().ToSqlQuery("SELECT 1").HasChangeNotifications());
        yield return Refused("a function", "'Total' is mapped to the function 'totals'", model =>
            model.Entity<Total>().HasNoKey().ToFunction("totals").HasChangeNotifications());
        yield return Refused("a derived type of one table", "'Dog' is stored in table 'Animal' of 'Animal'", model =>
        {
            model.Entity<Animal>();
            model.Entity<Dog>().HasChangeNotifications();
        });
        yield return Refused("a derived type of one table that wants none", "say at 'Animal'", model =>
        {
            model.Entity<Animal>().HasChangeNotifications();
            model.Entity<Dog>().HasNoChangeNotifications();
        });
        yield return Refused("an owned type in its owner's table", "of 'Document', which reports the changes of both", model =>
            model.Entity<Document>().Ignore(d => d.Parts).OwnsOne(d => d.Place).HasChangeNotifications());
        yield return Refused("two wishes for one table", "'Order' and 'OrderNote' share table 'orders'", model => Share(model, o => o.RowLevel = true));
        yield return Refused("a wish and a refusal for one table", "'Order' and 'OrderNote' share table 'orders'", model =>
        {
            Share(model, null);
            model.Entity<OrderNote>().HasNoChangeNotifications();
        });
        yield return Refused("keys without a key", "'Total' has no key", model =>
            model.Entity<Total>().HasNoKey().HasChangeNotifications(o => o.Payload = TriggerPayload.Keys));
        yield return Refused("a filter without a key", "'Total' has no key", model =>
            model.Entity<Total>().HasNoKey().HasChangeNotifications(o => o.PropertyFilter = ["Count"]));
        yield return Refused("keys of all tables, one without a key", "'Total' has no key", model =>
        {
            model.HasChangeNotifications(o => o.Payload = TriggerPayload.Keys);
            model.Entity<Total>().HasNoKey();
        });
        yield return Refused("a property that is not there", "'Order' name 'Statos'", model =>
            model.Entity<Order>().HasChangeNotifications(o => o.PropertyFilter = ["Status", "Statos"]));
        yield return Refused("a column in place of a property", "'Order' name 'state'", model =>
        {
            model.Entity<Order>().Property(o => o.Status).HasColumnName("state");
            model.Entity<Order>().HasChangeNotifications(o => o.PropertyFilter = ["state"]);
        });
        yield return Refused("a property inside of JSON", "name the property that holds it", model =>
        {
            model.Entity<Document>().Ignore(d => d.Parts).OwnsOne(d => d.Place).ToJson("place");
            model.Entity<Document>().HasChangeNotifications(o => o.PropertyFilter = ["Place.City"]);
        });
        yield return Refused("a computed column that is not stored", "Column 'Amount' of entity type 'Order'", model =>
        {
            model.Entity<Order>().Property(o => o.Amount).HasComputedColumnSql("\"Id\" * 2", stored: false);
            model.Entity<Order>().HasChangeNotifications(o => o.PropertyFilter = ["Amount"]);
        });
        yield return Refused("properties of which a table has none", "or give 'Dog' change notifications of its own", model =>
        {
            model.Entity<Animal>().UseTptMappingStrategy().ToTable("animals").HasChangeNotifications(o => o.PropertyFilter = ["Name"]);
            model.Entity<Dog>().ToTable("dogs");
        });
        yield return Refused("a channel with too long a name", "entity type 'Order' can't be had for table 'Order'", model =>
            model.Entity<Order>().HasChangeNotifications(o => o.Channel = new string('x', 64)));
        yield return Refused("an attribute that contradicts itself", "MarkedWrongly': ChangeNotificationsOptions.IncludeOld", model =>
            model.Entity<MarkedWrongly>());
    }

    [TestCaseSource(nameof(Models))]
    public void Model_ThatTriggersCantDo_IsRefused(Action<ModelBuilder> describe, string message)
    {
        using var context = ModelContext.Of(describe);

        Assert.That(() => context.Model, Throws.InvalidOperationException.With.Message.Contains(message));
    }

    [Test]
    public void OptionsThatContradictEachOther_AreRefusedAtTheCall()
    {
        var order = new ModelBuilder().Entity<Order>();

        Assert.That(() => order.HasChangeNotifications(o => o.Payload = TriggerPayload.Columns), Refusal("Properties must be given"));
        Assert.That(() => order.HasChangeNotifications(o => o.Properties = ["Id"]), Refusal("Properties must be given"));
        Assert.That(() => order.HasChangeNotifications(o => o.IncludeOld = true), Refusal("IncludeOld must be off"));
        Assert.That(() => order.HasChangeNotifications(o => o.FireOnReplica = true), Refusal("FireOnReplica must be off"));
        Assert.That(() => order.HasChangeNotifications(o => o.Operations = TableOperations.None), Refusal("Operations must be one or more"));
        Assert.That(() => order.HasChangeNotifications(o => o.Payload = (TriggerPayload)9), Refusal("Payload must be one of"));
        Assert.That(() => order.HasChangeNotifications(o => o.KeyProperties = ["Id", "Id"]), Refusal("KeyProperties must be free of duplicates"));
        Assert.That(() => order.HasChangeNotifications(o => o.KeyProperties = [" "]), Refusal("KeyProperties must be names"));
        Assert.That(
            () => order.HasChangeNotifications(o =>
            {
                o.PropertyFilter = ["Id"];
                o.Operations = TableOperations.Delete;
            }),
            Refusal("PropertyFilter must be empty"));
        Assert.That(() => new ModelBuilder().HasChangeNotifications(o => o.KeyProperties = ["Id"]), Refusal("can't name properties"));
    }

    [Test]
    public void WithoutUseChangeNotifications_NothingCanBeInstalled()
    {
        using var context = ModelContext.Of(model => model.Entity<Order>().HasChangeNotifications(), configure: _ => { });

        Assert.That(
            () => context.Database.GenerateChangeNotificationsScript(),
            Throws.InvalidOperationException.With.Message.Contains("ModelContext lack UseChangeNotifications()"));
    }

    [Test]
    public void WithoutTheProvider_ItIsRefused()
    {
        using var context = new ModelContext(new DbContextOptionsBuilder().UseChangeNotifications().Options, model => model.Entity<Order>());

        Assert.That(() => context.Model, Throws.InvalidOperationException.With.Message.Contains("No database provider has been configured"));
    }

    [Test]
    public void WithServicesOfTheCallers_ItIsRefused()
    {
        using var services = new ServiceCollection().AddEntityFrameworkNpgsql().BuildServiceProvider();
        var options = new DbContextOptionsBuilder().UseNpgsql("Host=nowhere.invalid").UseChangeNotifications().UseInternalServiceProvider(services).Options;

        Assert.That(
            () => new ModelContext(options, model => model.Entity<Order>()),
            Throws.InvalidOperationException.With.Message.Contains("UseInternalServiceProvider"));
    }

    [Test]
    public void WithAnotherDifferOrValidator_ItIsRefused()
    {
        static ModelContext Replaced(Action<DbContextOptionsBuilder> replace) => ModelContext.Of(
            model => model.Entity<Order>(), configure: options => replace(options.UseChangeNotifications()));

        Assert.That(
            () => Replaced(options => options.ReplaceService<IMigrationsModelDiffer, NoDiffer>()),
            Throws.InvalidOperationException.With.Message.Contains("ReplaceService<IMigrationsModelDiffer"));
        Assert.That(
            () => Replaced(options => options.ReplaceService<IModelValidator, NoValidator>()),
            Throws.InvalidOperationException.With.Message.Contains("ReplaceService<IModelValidator"));
    }

    static void Share(ModelBuilder model, Action<ChangeNotificationsOptions>? ofOrder)
    {
        model.Entity<Order>().ToTable("orders").HasChangeNotifications(ofOrder);
        model.Entity<OrderNote>().ToTable("orders").HasChangeNotifications();
        model.Entity<OrderNote>().HasOne<Order>().WithOne().HasForeignKey<OrderNote>(note => note.Id);
    }

    static TestCaseData Refused(string name, string message, Action<ModelBuilder> describe) =>
        new TestCaseData(describe, message).SetArgDisplayNames(name);

    static NUnit.Framework.Constraints.ContainsConstraint Refusal(string rule) => Throws.ArgumentException.With.Message.Contains(rule);

    sealed class NoDiffer : IMigrationsModelDiffer
    {
        public bool HasDifferences(IRelationalModel? source, IRelationalModel? target) => false;

        public IReadOnlyList<MigrationOperation> GetDifferences(IRelationalModel? source, IRelationalModel? target) => [];
    }

    sealed class NoValidator : IModelValidator
    {
        public void Validate(IModel model, IDiagnosticsLogger<DbLoggerCategory.Model.Validation> logger)
        {
        }
    }
}
