using Microsoft.EntityFrameworkCore;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

public sealed class EverythingContext(DbContextOptions<EverythingContext> options) : DbContext(options)
{
    public DbSet<Everything> All => Set<Everything>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Everything>(entity =>
    {
        entity.HasChangeNotifications(o =>
        {
            o.Payload = TriggerPayload.Rows;
            o.IncludeOld = true;
        });
        entity.Property(e => e.Decimal).HasPrecision(18, 4);
        entity.Property(e => e.Varchar).HasMaxLength(20);
        entity.Property(e => e.Padded).HasMaxLength(5).IsFixedLength();
        entity.Property(e => e.Timestamp).HasColumnType("timestamp without time zone");
        entity.Property(e => e.NullableTimestamp).HasColumnType("timestamp(3) with time zone");
        entity.Property(e => e.Day).HasColumnType("date");
        entity.Property(e => e.Timetz).HasColumnType("time with time zone");
        entity.Property(e => e.TimeSpan).HasColumnType("time");
        entity.Property(e => e.StatusText).HasConversion<string>();
        entity.Property(e => e.Jsonb).HasColumnType("jsonb");
        entity.Property(e => e.Json).HasColumnType("json");
        entity.Property(e => e.Bit).HasColumnType("bit(1)");
        entity.Property(e => e.Oid).HasColumnType("oid");
        entity.Property(e => e.TsRange).HasColumnType("tsrange");
        entity.Property(e => e.Search).HasComputedColumnSql("to_tsvector('simple', \"Text\")", stored: true);
    });
}
