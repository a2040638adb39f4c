using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>A context of whatever model a test describes.</summary>
sealed class ModelContext(DbContextOptions options, Action<ModelBuilder> describe) : DbContext(options)
{
    readonly Action<ModelBuilder> _describe = describe;

    /// <summary>The model as migrations see it.</summary>
    public IRelationalModel DesignTimeModel => this.GetService<IDesignTimeModel>().Model.GetRelationalModel();

    /// <param name="describe">Describes the model.</param>
    /// <param name="connectionString">By default that of no server.</param>
    /// <param name="configure">What is configured besides; by default <c>UseChangeNotifications</c>.</param>
    public static ModelContext Of(
        Action<ModelBuilder> describe, string connectionString = "Host=nowhere.invalid", Action<DbContextOptionsBuilder>? configure = null)
    {
        var builder = new DbContextOptionsBuilder().UseNpgsql(connectionString).ReplaceService<IModelCacheKeyFactory, ModelPerDescription>();
        (configure ?? (options => options.UseChangeNotifications()))(builder);
        return new ModelContext(builder.Options, describe);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) => _describe(modelBuilder);

    sealed class ModelPerDescription : IModelCacheKeyFactory
    {
        public object Create(DbContext context, bool designTime) => ((context as ModelContext)?._describe, context.GetType(), designTime);
    }
}
