using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

/// <summary>Types of extensions that come with PostgreSQL, where the server has them.</summary>
public sealed class ExtensionTypeTests : SampleFixture
{
    [Test]
    public async Task WhatIsReadFromAChange_IsWhatEfCoreReadsFromTheTable()
    {
        if (await TestServer.Current.ExecuteAsync("SELECT count(*) FROM pg_available_extensions WHERE name IN ('hstore', 'ltree', 'citext')") is not 3L)
            Assert.Ignore("This server comes without its extensions.");
        await using var context = new ExtendedContext(new DbContextOptionsBuilder<ExtendedContext>().UseNpgsql(Connection).UseChangeNotifications().Options);
        await context.Database.EnsureCreatedAsync();
        await using var listener = new PgListener(Connection);
        var changes = new Recorder<TableChange<Extended>>();
        using var subscription = listener.Changes<Extended>(context.Model).Subscribe(changes);
        await changes.UntilCountAsync(1);

        context.Add(new Extended
        {
            Hstore = new() { ["a"] = "1", ["b \"c\""] = "=>" },
            Immutable = ImmutableDictionary<string, string>.Empty.Add("x", ""),
            Path = new LTree("top.middle.bottom"),
            Citext = "CaSe",
        });
        await context.SaveChangesAsync();
        await changes.UntilCountAsync(2);

        context.ChangeTracker.Clear();
        var row = await context.Set<Extended>().SingleAsync();
        var read = ((TableChange<Extended>.Insert)changes.Items[1]).New;
        Assert.That(read.Hstore, Is.EquivalentTo(row.Hstore));
        Assert.That(read.Immutable, Is.EquivalentTo(row.Immutable));
        Assert.That((read.Path, read.Citext), Is.EqualTo((row.Path, row.Citext)));
    }

    sealed class ExtendedContext(DbContextOptions<ExtendedContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.HasPostgresExtension("hstore").HasPostgresExtension("ltree").HasPostgresExtension("citext");
            modelBuilder.Entity<Extended>(entity =>
            {
                entity.Property(e => e.Citext).HasColumnType("citext");
                entity.HasChangeNotifications(o => o.Payload = TriggerPayload.Rows);
            });
        }
    }

    sealed class Extended
    {
        public int Id { get; set; }
        public Dictionary<string, string> Hstore { get; set; } = [];
        public ImmutableDictionary<string, string> Immutable { get; set; } = ImmutableDictionary<string, string>.Empty;
        public LTree Path { get; set; }
        public string Citext { get; set; } = "";
    }
}
